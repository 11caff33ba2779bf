#!/usr/bin/env node
// Starts `mooring` under Node 24 or newer: this process when it is one, else the Node that npm installed beside
// it. Plain JavaScript without dependencies, so that any Node from 20 up can read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', 'src', 'main.ts');
const published = join(here, '..', 'dist', 'main.js');
const isCheckout = existsSync(source);
const isNewEnough = Number.parseInt(process.versions.node, 10) >= 24;

if (isNewEnough && !isCheckout) await import(pathToFileURL(published).href);
else start(isNewEnough ? process.execPath : installedNode());

/** Runs the command line in a process of its own: the checkout needs an option that only a fresh Node can take. */
function start(node) {
  if (node === undefined) {
    process.stderr.write(
      `mooring needs Node 24 or newer; this is ${process.versions.node} and no newer one is installed beside it.\n` +
        "Install Node 24, or run 'npm ci' where optional dependencies are not omitted (it brings one for Linux).\n",
    );
    process.exit(1);
  }
  const entry = isCheckout ? ['--conditions=mooring', source] : [published];
  const child = spawn(node, [...entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`mooring could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
    for (const name of signals) process.removeAllListeners(name);
  });
}

/** The Node that npm brought along, looked for from this file upward. */
function installedNode() {
  const platform = `node-${process.platform}-${process.arch}`;
  for (let folder = here; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', platform, 'bin', 'node');
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) return undefined;
  }
}
