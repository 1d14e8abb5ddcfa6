/**
 * What a host may call of its agent, beside making things at home.
 *
 * @module
 */

import { Maker } from "../../channels/remote/makers.ts";
import {
  argumentsIn,
  optionsWith,
  registerRemote,
  remoteKind,
} from "../../channels/remote/remote_kind.ts";
import { FrameError } from "../../channels/remote/frame.ts";
import { ownRegistry } from "../registry.ts";
import type { AgentCalls } from "./child_protocol.ts";

/** The first thing of an agent, which its host has from the beginning. */
export class AgentSide extends Maker {
  /** Does what the host says. */
  readonly calls: AgentCalls;

  /** See {@linkcode calls}. */
  constructor(calls: AgentCalls) {
    super();
    this.calls = calls;
  }
}

registerRemote("agent", {
  members: {
    ...remoteKind("maker")!.members,
    registry: (_: AgentSide, [method, args], signal) => {
      const list = argumentsIn(args);
      const options = optionsWith(signal, list.pop());
      if (!Object.hasOwn(ownRegistry, method as string)) {
        throw new FrameError(`Cannot use the registry: ${String(method)}`);
      }
      const use = ownRegistry[method as keyof typeof ownRegistry];
      return Reflect.apply(use, undefined, [...list, options]);
    },
    hears: ({ calls }: AgentSide) => calls.hears(),
    outOfMemory: ({ calls }: AgentSide, [used]) =>
      calls.outOfMemory(Number(used)),
  },
  make: () => ({}),
}, (object) => object instanceof AgentSide);
