/**
 * Troupe runs functions as actors: each in a Deno Worker of its own, with no
 * more permissions than it was given, talking to the others through queues and
 * pipes in shared memory, and ending in a way that can be told. For programs
 * that must use all cores, keep running when a part fails, and not hand every
 * dependency the whole machine. Not for what one event loop does well: many
 * waits and little work need no second thread.
 *
 * ```ts ignore
 * import { actor, EXIT, Queue } from "@troupe/troupe";
 *
 * const squares = actor(
 *   import.meta,
 *   async function squares(numbers: Queue<number>, to: Queue<number>) {
 *     for await (const n of numbers) await to.put(n * n);
 *     await to.put(EXIT);
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const numbers = new Queue<number>();
 *   const results = new Queue<number>();
 *   await using worker = squares.spawn([numbers, results]);
 *   for (const n of [1, 2, 3, EXIT] as const) await numbers.put(n);
 *   for await (const square of results) console.log(square); // 1, 4, 9
 *   await worker.join();
 * }
 * ```
 *
 * Restricted permissions need `"unstable": ["worker-options"]` in the program's
 * `deno.json`, and `--no-prompt`; the program must be allowed to read the
 * modules that declare actors (`--allow-read`).
 *
 * @module
 */

import "./channels/runtime.ts";

export {
  actor,
  type ActorOptions,
  type ClassActorOptions,
} from "./actors/actor.ts";
export type {
  ActorHooks,
  AnyClass,
  Ask,
  AskMethod,
  AskMethods,
  AskOptions,
  ClassCheck,
  HookName,
  IsOffered,
  MethodName,
  Stopping,
  Stream,
  StreamName,
  StreamOf,
  Tell,
  TellMethod,
  TellMethods,
  TellOptions,
} from "./actors/class_types.ts";
export type { ActorRef } from "./actors/actor_ref.ts";
export {
  type CurrentMessage,
  currentMessage,
} from "./actors/current_message.ts";
export type {
  MailboxOptions,
  MailboxStats,
  WhenFull,
} from "./actors/mailbox_options.ts";
export { MailboxFullError, SelfAskError } from "./actors/message_errors.ts";
export {
  type CurrentProcess,
  currentProcess,
  type ParentProcess,
} from "./actors/current_process.ts";
export {
  activeProcesses,
  type ActorArguments,
  type ClassActor,
  type ClassProcess,
  type FunctionActor,
  Process,
  type ProcessConstructor,
  type ProcessOf,
  type ProcessOptions,
  type SpawnParameters,
} from "./actors/process.ts";
export { type Configuration, configure } from "./actors/configure.ts";
export { IsolationError } from "./actors/isolation_error.ts";
export type { IsolationOptions } from "./actors/isolation_options.ts";
export type { SpawnOptions, StopOptions } from "./actors/spawn_options.ts";
export type {
  DeniedExit,
  Exit,
  ExitedExit,
  FailedExit,
  KilledExit,
  OutOfMemoryExit,
  ReturnedExit,
  TerminatedExit,
  ThrewExit,
} from "./actors/exit.ts";
export type {
  DeniedKind,
  PermissionKind,
  Permissions,
  PermissionSet,
} from "./actors/permissions.ts";
export type {
  AnyFunction,
  DeepestCheck,
  HandleName,
  NotSendableItem,
  NotSendableReason,
  SendableAtom,
  SendableWhole,
  TargetCheck,
} from "./actors/sendable.ts";

export {
  type Broadcast,
  broadcast,
  type BroadcastMethod,
  type BroadcastMethods,
  type BroadcastOutcome,
} from "./actors/broadcast.ts";
export { link, LinkedExitError, type LinkOptions } from "./actors/link.ts";
export { monitor } from "./actors/monitor.ts";
export {
  type ChildRef,
  NameTakenError,
  type Registrable,
  type Registry,
  registry,
} from "./actors/registry.ts";
export { Supervisor } from "./actors/supervision/supervisor.ts";
export type {
  AnyChild,
  Child,
  ChildCount,
  ChildInfo,
  ChildList,
  ChildState,
  ClassChild,
  NestedChild,
} from "./actors/supervision/child.ts";
export type {
  DeniedEvent,
  ExitedEvent,
  GaveUpEvent,
  MissedEvent,
  QuarantinedEvent,
  RestartedEvent,
  RestartingEvent,
  ShutDownEvent,
  StartedEvent,
  StartFailedEvent,
  StoppedEvent,
  SupervisorEvent,
  SupervisorEventBase,
  UnresponsiveEvent,
} from "./actors/supervision/supervisor_events.ts";
export type {
  AutoShutdownExit,
  ChildExit,
  GaveUpExit,
  ShutDownExit,
  ShutdownReport,
  StoppedChild,
  SupervisorExit,
} from "./actors/supervision/supervisor_exit.ts";
export type {
  AnyActor,
  ArgsField,
  AutoShutdown,
  BackoffOptions,
  ChildDefinition,
  ChildOptions,
  ChildParameters,
  ChildSpec,
  DefinitionList,
  LivenessAction,
  LivenessOptions,
  NestedSpec,
  RestartKind,
  ShutdownKind,
  ShutdownOptions,
  Strategy,
  SuperviseOptions,
  SupervisorOptions,
  WorkerSpec,
} from "./actors/supervision/supervisor_options.ts";
export type { Handling } from "./actors/handling.ts";
export type {
  MessageDeath,
  QuarantinedMessage,
} from "./actors/supervision/quarantine.ts";
export type { SignalOptions } from "./actors/supervision/signals.ts";
export {
  ChildExistsError,
  ChildNotFoundError,
  ChildStateError,
  MaxChildrenError,
  RestartIntensityError,
  StartError,
  SupervisorStateError,
} from "./actors/supervision/supervisor_errors.ts";

export { Queue } from "./channels/queue.ts";
export type {
  QueueCloseOptions,
  QueueOptions,
} from "./channels/queue_options.ts";
export type { QueueStats } from "./channels/queue_stats.ts";
export { pipe, type PipeOptions } from "./channels/pipe.ts";
export type { Connection } from "./channels/connection.ts";
export { EXIT, type Sentinel } from "./channels/sentinel.ts";
export {
  after,
  select,
  type SelectAnswer,
  type SelectOutcome,
  type SelectResult,
  type SelectSource,
  type TimeSource,
} from "./channels/select.ts";
export type { Received } from "./channels/receiver.ts";
export type { Ended, Selectable, Source, Taken } from "./channels/source.ts";
export type {
  SendOptions,
  SendSyncOptions,
  TransferOptions,
} from "./channels/send_options.ts";
export type {
  BlockUntilOptions,
  Running,
  UntilOptions,
} from "./channels/until.ts";
export type { BlockOptions, WaitOptions } from "./channels/wait_options.ts";

export {
  ActorExitedError,
  DeclarationError,
  ModuleLoadError,
  ProcessStateError,
  RemoteError,
  SpawnAtLoadError,
} from "./actors/errors.ts";
export {
  type PermissionDenial,
  PermissionDeniedError,
  PermissionExceededError,
  type PermissionExcess,
} from "./actors/permission_errors.ts";
export {
  BrokenPipeError,
  NotSendableError,
  PipeClosedError,
  ProducersEndedError,
  QueueClosedError,
} from "./channels/errors.ts";
export {
  asCompleted,
  type Completed,
  type CompletedFutures,
} from "./actors/pool/as_completed.ts";
export { type CurrentTask, currentTask } from "./actors/pool/current_task.ts";
export {
  BrokenPoolError,
  CancelledError,
  InvalidStateError,
  PoolClosedError,
  PoolDeadlockError,
  WorkerDiedError,
} from "./actors/pool/errors.ts";
export { Future } from "./actors/pool/future.ts";
export type { FutureState } from "./actors/pool/future_types.ts";
export type {
  Items,
  MapOptions,
  MapResults,
} from "./actors/pool/map_options.ts";
export type { ProcessPoolOptions } from "./actors/pool/pool_options.ts";
export type { Percentiles, PoolStats } from "./actors/pool/pool_stats.ts";
export {
  type OneArgument,
  type PoolShutdownOptions,
  ProcessPool,
} from "./actors/pool/process_pool.ts";
export type { Progress } from "./actors/pool/progress.ts";
export type {
  NestedOptions,
  SubmitOptions,
  SubmitParameters,
} from "./actors/pool/submit_options.ts";
export {
  wait,
  type WaitForOptions,
  type WaitResult,
} from "./actors/pool/wait.ts";
export { Guard } from "./channels/locks/guard.ts";
export {
  DeadlockError,
  type DeadlockStep,
  LockOwnerError,
} from "./channels/locks/lock_errors.ts";
export type {
  LockOptions,
  LockParty,
  LockReport,
  OnDeadlock,
} from "./channels/locks/lock_options.ts";
export { Lock } from "./channels/locks/lock.ts";
export { RecursiveLock } from "./channels/locks/recursive_lock.ts";
export {
  Condition,
  type ConditionOptions,
} from "./channels/locks/condition.ts";
export { RwLock } from "./channels/locks/rw_lock.ts";
export type {
  BigIntName,
  BitsOf,
  ElementCodes,
  ElementName,
  ElementNameOf,
  ElementOf,
  ElementType,
  ElementView,
  ElementViews,
  FloatName,
  SameElements,
} from "./channels/shared/element_types.ts";
export { SharedArray } from "./channels/shared/shared_array.ts";
export { SharedBytes } from "./channels/shared/shared_bytes.ts";
export type { SharedOptions } from "./channels/shared/shared_options.ts";
export {
  SharedStruct,
  type StructFields,
  type StructTypes,
  type StructValues,
} from "./channels/shared/shared_struct.ts";
export { Value } from "./channels/shared/value.ts";
export {
  SharedMap,
  type SharedMapOptions,
} from "./channels/shared/shared_map.ts";
export {
  EventFlag,
  type EventFlagOptions,
} from "./channels/locks/event_flag.ts";
export {
  Semaphore,
  type SemaphoreOptions,
} from "./channels/locks/semaphore.ts";
export {
  Barrier,
  type BarrierBlockOptions,
  type BarrierOptions,
  type BarrierWaitOptions,
} from "./channels/locks/barrier.ts";
export {
  type BarrierBreak,
  BrokenBarrierError,
} from "./channels/locks/barrier_error.ts";
