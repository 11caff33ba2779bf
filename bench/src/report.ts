/** Report: what was found, for people as tables and for programs as one JSON object. */
import { cpus, totalmem } from 'node:os';
import type { Figure, Findings } from './figure.ts';

/** On what it was measured. */
export function machine(): { node: string; cpu: string; cores: number; memory: string; system: string } {
  return {
    node: process.versions.node,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
  };
}

export function asJson({ figures, targets }: Findings): string {
  return JSON.stringify({ machine: machine(), figures, targets }, undefined, 2);
}

export function asText({ figures, targets }: Findings): string {
  const { node, cpu, cores, memory } = machine();
  const lines = [`Node ${node} on ${cores} × ${cpu}, ${memory}`, ''];
  const rows = figures.map(({ name, subject, unit, repetitions, ...values }) => [
    name,
    subject,
    ...spreadOf(values),
    unit,
    String(repetitions),
  ]);
  lines.push(...table(['what', 'of', 'median', 'least', 'most', 'unit', 'times'], rows));
  if (targets.length === 0) return lines.join('\n');
  const judged = targets.map(({ name, ratio, limit, holds }) => [
    name,
    ratio.toFixed(2),
    limit,
    holds ? 'holds' : 'does not hold',
  ]);
  return [...lines, '', ...table(['target', 'ratio', 'limit', ''], judged)].join('\n');
}

const spreadOf = ({ median, min, max }: Pick<Figure, 'median' | 'min' | 'max'>): string[] =>
  [median, min, max].map((value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
