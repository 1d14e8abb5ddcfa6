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

import type { Pulse } from "./_incarnation.ts";
import { grantText } from "./_permission_texts.ts";
import {
  type NormalizedPermissions,
  PERMISSION_KINDS,
} from "./_permission_types.ts";
import type { SupervisedChild } from "./_supervised_child.ts";
import type { Supervision } from "./_supervision.ts";

const BETWEEN = " · ";

/** The tree below a supervisor, with the supervisor as its root. */
export function drawTree(supervision: Supervision): string {
  return [headLine(supervision), ...branches(supervision)].join("\n");
}

function headLine({ options, life, children }: Supervision): string {
  const active = children.all.filter(({ isAlive }) => isAlive).length;
  return [
    options.name,
    options.strategy,
    life.isAlive ? `${active} of ${children.size} run` : "ended",
  ].join(BETWEEN);
}

function branches(supervision: Supervision): string[] {
  const all = supervision.children.all;
  return all.flatMap((child, i) => {
    const isLast = i === all.length - 1;
    const below = isLast ? "   " : "│  ";
    const inner = child.origin.supervision;
    const lines = inner === undefined ? [] : branches(inner);
    return [
      `${isLast ? "└─" : "├─"} ${childLine(child, supervision)}`,
      ...lines.map((line) => below + line),
    ];
  });
}

function childLine(child: SupervisedChild, above: Supervision): string {
  const inner = child.origin.supervision;
  const pulse = child.incarnation?.pulse;
  const parts = inner === undefined
    ? [child.id, child.state]
    : [headLine(inner), child.state];
  parts.push(`restarts ${child.restarts}`);
  if (pulse !== undefined) {
    parts.push(...doings(pulse, above.silence(child)));
  }
  return parts.join(BETWEEN);
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
  return PERMISSION_KINDS.flatMap((kind) => {
    const granted = permissions[kind];
    if (granted === undefined) return [];
    return granted === true
      ? [grantText([{ kind, target: undefined }])]
      : [`${kind}: ${JSON.stringify(granted)}`];
  }).join(", ");
}
