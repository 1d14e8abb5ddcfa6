/**
 * A supervision tree as text.
 *
 * ```text
 *   shop · one-for-one · 2 of 2 run
 *   ├─ till · running · restarts 1 · mailbox 3 of 1024 · handles pay(), message 7
 *   │  from "web" · read: ["/prices"]
 *   └─ stock · one-for-all · 1 of 1 run · restarts 0
 *      └─ shelf · running · restarts 0 · idle · no rights
 * ```
 *
 * @module
 */

import type { Drawing, Pulse } from "./_incarnation.ts";
import { grantText } from "../permission_texts.ts";
import {
  type NormalizedPermissions,
  PERMISSION_KINDS,
} from "../permission_types.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import type { Supervision } from "./_supervision.ts";

const BETWEEN = " · ";

/** The tree below a supervisor, with the supervisor as its root. */
export function drawTree(supervision: Supervision): string {
  const { head, branches } = drawSupervision(supervision);
  return [head, ...branches].join("\n");
}

/** A supervisor and what is below it. */
export function drawSupervision(supervision: Supervision): Drawing {
  const { options, life, children } = supervision;
  const { all } = children;
  const active = all.filter(({ isAlive }) => isAlive).length;
  const head = [
    options.name,
    options.strategy,
    life.isAlive ? `${active} of ${all.length} run` : "ended",
  ];
  return {
    head: head.join(BETWEEN),
    branches: all.flatMap((child, i) => {
      const isLast = i === all.length - 1;
      const inner = child.origin.draw?.();
      const line = childLine(child, inner?.head, supervision.silence(child));
      return [
        `${isLast ? "└─" : "├─"} ${line}`,
        ...(inner?.branches ?? []).map((below) =>
          (isLast ? "   " : "│  ") + below
        ),
      ];
    }),
  };
}

function childLine(
  { id, state, restarts, incarnation }: SupervisedChild,
  head: string | undefined,
  silence: number,
): string {
  const pulse = incarnation?.pulse;
  // Of a supervisor its name and what runs below it, which says its state too.
  const isNamedSo = head === undefined || head.startsWith(id + BETWEEN);
  return [
    isNamedSo ? head ?? id : `${id} = ${head}`,
    ...head !== undefined && state === "running" ? [] : [state],
    `restarts ${restarts}`,
    ...pulse === undefined ? [] : doings(pulse, silence),
  ].join(BETWEEN);
}

function doings(pulse: Pulse, silence: number): string[] {
  const { mailbox, desk, permissions } = pulse;
  const { handling } = desk;
  const parts = mailbox === undefined
    ? []
    : [`mailbox ${mailbox.depth} of ${mailbox.capacity}`];
  parts.push(
    handling === undefined
      ? "idle"
      : handling.number === 0
      ? `runs ${handling.method}()`
      : `handles ${handling.method}(), message ${handling.number} from ` +
        JSON.stringify(handling.sender),
  );
  if (silence > 0) parts.push(`silent for ${Math.round(silence)} ms`);
  parts.push(rights(permissions));
  return parts;
}

function rights(permissions: NormalizedPermissions): string {
  if (permissions === "none") return "no rights";
  if (permissions === "inherit") return "all rights of its parent";
  const texts = PERMISSION_KINDS.flatMap((kind) => {
    const granted = permissions[kind];
    if (granted === undefined) return [];
    return granted === true
      ? [grantText([{ kind, target: undefined }])]
      : [`${kind}: ${JSON.stringify(granted)}`];
  });
  return texts.length === 0 ? "no rights" : texts.join(", ");
}
