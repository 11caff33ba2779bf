/** Runs the conformance suite against a URL: exactly what a revision requires, frozen at its release. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const revisions = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof revisions)[number];

/** A scenario, or one check of it as `scenario:check`, that fails, and why. */
export interface ExpectedFailure {
  readonly what: string;
  readonly reason: string;
}

export interface SuiteRun {
  /** True when exactly what is expected to fail does. */
  readonly isAsExpected: boolean;
  /** Every scenario that was run, also those that the suite does not score: `✓ ping: 2 passed, 0 failed`. */
  readonly summary: readonly string[];
  /** What the suite wrote. */
  readonly output: string;
  /** Seconds. */
  readonly took: number;
}

const program = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));
/** Milliseconds for one whole run, and for one scenario of it. */
const limit = 120_000;
const scenarioLimit = 15_000;

export async function runSuite(
  url: string,
  { revision, expected }: { revision: Revision; expected: readonly ExpectedFailure[] },
): Promise<SuiteRun> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-conformance-'));
  try {
    const baseline = join(directory, 'expected.yaml');
    const entries = expected.map(({ what }) => `  - ${what}\n`).join('');
    await writeFile(baseline, entries === '' ? 'server: []\n' : `server:\n${entries}`);
    const args = ['server', '--url', url, '--requirements', revision, '--expected-failures', baseline];
    args.push('--timeout', String(scenarioLimit), '--output-dir', directory);
    const begun = performance.now();
    const { code, output } = await run([program, ...args]);
    const took = (performance.now() - begun) / 1_000;
    return { isAsExpected: code === 0, summary: summaryOf(output), output, took };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function run(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { timeout: limit, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, output: `${stdout}\n${stderr}` });
      },
    );
  });
}

function summaryOf(output: string): string[] {
  const [, summary = ''] = output.split('=== SUMMARY ===');
  return summary.split('\n').filter((line) => /^[✓✗]/.test(line));
}
