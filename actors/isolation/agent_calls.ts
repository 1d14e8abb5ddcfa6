/**
 * What a host may call of its agent, beside making things at home.
 *
 * @module
 */

import { Maker } from "../../channels/remote/makers.ts";
import {
  registerRemote,
  remoteKind,
} from "../../channels/remote/remote_kind.ts";
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
    hears: ({ calls }: AgentSide) => calls.hears(),
    outOfMemory: ({ calls }: AgentSide, [used]) =>
      calls.outOfMemory(Number(used)),
  },
  make: () => ({}),
}, (object) => object instanceof AgentSide);
