/**
 * What the benchmark says.
 *
 * @module
 */

import { ratioOf } from "./contender.ts";
import { median, short, shortRatio } from "./figures.ts";
import type { Machine } from "./machine.ts";
import type { CaseResult } from "./measure.ts";
import type { Judged } from "./targets.ts";

/** The machine, in a few lines. */
export function machineText(machine: Machine): string {
  const { deno, v8, os, arch, cores, python, bun, node, erlang } = machine;
  const peers = [
    ["Python", python],
    ["Node", node],
    ["Bun", bun],
    ["Erlang/OTP", erlang],
  ];
  return [
    `Deno ${deno} (V8 ${v8}), ${os} ${arch}, ${cores} cores`,
    peers.map(([name, version]) =>
      version === undefined ? `no ${name}` : `${name} ${version}`
    ).join(", "),
    "× = how many times better Troupe is than the contender of the line;",
    "~ marks a tie",
  ].join("\n");
}

/** The table of a case. */
export function caseText({ case: one, measured }: CaseResult): string {
  const middles = new Map(
    measured.filter(({ figures }) => figures.length > 0)
      .map(({ name, figures }) => [name, median(figures)]),
  );
  const { gauge } = one;
  const rows = measured.map(({ name, figures, gauged, missing }) => {
    if (missing !== undefined) return [name, missing];
    const figure = middles.get(name)!;
    return [
      name,
      short(figure),
      `${short(Math.min(...figures))} – ${short(Math.max(...figures))}`,
      ...gauge ? [short(median(gauged))] : [],
      ...one.ours.map((ours) =>
        ours === name
          ? ""
          : shortRatio(ratioOf(one.unit, middles.get(ours)!, figure))
      ),
    ];
  });
  const rounds = Math.max(...measured.map(({ figures }) => figures.length));
  return table([
    [
      `${one.name} (${rounds} rounds)`,
      one.unit,
      "min – max",
      ...gauge ? [gauge.name] : [],
      ...one.ours.map((ours) => `${ours} is`),
    ],
    ...rows,
  ]);
}

/** The table of targets, with what was measured. */
export function targetsText(judged: readonly Judged[]): string {
  const rows = judged.map(({ target, ratio }) => [
    target.case,
    target.ours,
    target.bestOf ?? target.beside[0]!,
    target.most === undefined ? `${target.least} ×` : `≤ ${target.most} ×`,
    ratio === undefined ? "–" : shortRatio(ratio),
    verdict({ target, ratio }) +
    (target.note === undefined ? "" : ` (${target.note})`),
  ]);
  return table([
    ["Targets", "of", "beside", "to reach", "measured", "so"],
    ...rows,
  ]);
}

function verdict({ target: { least = 0, most = Infinity }, ratio }: Judged) {
  if (ratio === undefined) return "not measured";
  return ratio >= least && ratio <= most ? "reached" : "not reached";
}

/** Everything, for programs to read. */
export function asJson(
  machine: Machine,
  results: readonly CaseResult[],
  judged: readonly Judged[],
): string {
  const cases = results.map(({ case: { name, unit, gauge }, measured }) => ({
    name,
    unit,
    gauge: gauge?.name,
    contenders: measured.map(({ gauged, ...one }) => ({
      ...one,
      median: one.figures.length > 0 ? median(one.figures) : undefined,
      gauged: gauge && gauged,
    })),
  }));
  const targets = judged.map(({ target, ratio }) => ({
    ...target,
    ratio,
    verdict: verdict({ target, ratio }),
  }));
  return JSON.stringify({ machine, cases, targets }, undefined, 2);
}

/** Lines with columns as wide as they must be; texts left, figures right. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  const isText = head.map((_, column) =>
    column === 0 ||
    rows.slice(1).every((row) => !/^[~–]?\d|^–$|^$/.test(row[column] ?? ""))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      isText[column] || row.length < head.length
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ").trimEnd();
  const [first, ...others] = rows.map(line);
  const rule = "─".repeat(
    Math.max(first!.length, ...others.map((l) => l.length)),
  );
  return [first, rule, ...others].join("\n");
}
