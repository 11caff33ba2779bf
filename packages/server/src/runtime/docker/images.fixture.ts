/**
 * Images for tests, without a registry: from scratch, with the Node that runs the tests and its libraries. They stay
 * in the engine, named after what is in them, so that the next run has them.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';

const run = promisify(execFile);

/** Under a host that nobody pulls from, as Podman wants it. */
export const repository = 'localhost/mooring-test';

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);

async function isThere(docker: Docker, reference: string): Promise<boolean> {
  return await docker
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** An image with nothing but `node`; `FROM` it. */
export async function nodeImage(docker: Docker): Promise<string> {
  const tag = `node-${hashOf(process.version, process.arch)}`;
  const reference = `${repository}:${tag}`;
  if (await isThere(docker, reference)) return reference;
  const folder = await mkdtemp(join(tmpdir(), 'mooring-image-'));
  try {
    await copyNode(folder);
    const tar = spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const changes = ['ENV PATH=/bin'];
    const answer = await docker.importImage(tar.stdout, { repo: reference, changes });
    await finished(docker, answer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return reference;
}

async function copyNode(folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await mkdir(join(folder, 'tmp'), { recursive: true });
  await chmod(join(folder, 'tmp'), 0o1777);
  await copyFile(process.execPath, join(folder, 'bin', 'node'));
  const { stdout } = await run('ldd', [process.execPath]);
  for (const [path] of stdout.matchAll(/\/\S+\.so\S*/g)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await cp(path, join(folder, path), { dereference: true });
  }
}

export interface Build {
  /** Lines of a Dockerfile after its FROM. */
  readonly lines: readonly string[];
  /** Copied beside the Dockerfile. */
  readonly files?: readonly string[];
}

/** Builds an image on top of the one with `node`. Its tag is made from what is in it. */
export async function buildImage(
  docker: Docker,
  { lines, files = [] }: Build,
): Promise<{ name: string; tag: string }> {
  const dockerfile = [`FROM ${await nodeImage(docker)}`, ...lines].join('\n');
  const tag = hashOf(dockerfile, ...(await Promise.all(files.map((file) => readFile(file, 'utf8')))));
  const reference = `${repository}:${tag}`;
  if (await isThere(docker, reference)) return { name: repository, tag };
  const context = await mkdtemp(join(tmpdir(), 'mooring-build-'));
  try {
    await writeFile(join(context, 'Dockerfile'), dockerfile);
    for (const file of files) await copyFile(file, join(context, basename(file)));
    const tar = spawn('tar', ['-c', '-C', context, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(tar, 'exit');
    await finished(docker, await docker.buildImage(tar.stdout, { t: reference }));
    await exited;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return { name: repository, tag };
}

/** Builds the Dockerfile of a folder, with the image that has `node` as its NODE_IMAGE. */
export async function buildFolder(docker: Docker, folder: string): Promise<{ name: string; tag: string }> {
  const base = await nodeImage(docker);
  const texts = await Promise.all(
    ['Dockerfile', 'server.ts'].map((file) => readFile(join(folder, file), 'utf8')),
  );
  const tag = hashOf(base, ...texts);
  const tar = spawn('tar', ['-c', '-C', folder, 'Dockerfile', 'server.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const options = { t: `${repository}:${tag}`, buildargs: { NODE_IMAGE: base } };
  await finished(docker, await docker.buildImage(tar.stdout, options));
  return { name: repository, tag };
}

/** An image with nothing in it, said to be for that platform. */
export async function emptyImage(
  docker: Docker,
  { tag, platform }: { tag: string; platform: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-empty-'));
  const [os, architecture] = platform.split('/');
  // Two blocks of zeros: a tar file with nothing in it.
  const layer = Buffer.alloc(1024);
  const digest = createHash('sha256').update(layer).digest('hex');
  const rootfs = { type: 'layers', diff_ids: [`sha256:${digest}`] };
  const manifest = [{ Config: 'config.json', RepoTags: [`${repository}:${tag}`], Layers: ['layer.tar'] }];
  try {
    await writeFile(join(folder, 'layer.tar'), layer);
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const config = { os, architecture, config: { Cmd: ['/nothing'] }, rootfs };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const tar = spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await finished(docker, await docker.loadImage(tar.stdout));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function finished(docker: Docker, answer: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error, steps) => {
      const refused = steps?.find((step: { error?: string }) => step.error)?.error;
      if (error || refused) reject(error ?? new Error(refused));
      else resolve();
    });
  });
}
