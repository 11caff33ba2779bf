/** Replaces a file as a whole: a reader sees the old one or the new one, also after a crash. */
import { open, rename, rm } from 'node:fs/promises';

/** @param mode Permissions, for instance 0o600. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await using file = await open(draft, 'w', mode);
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } catch (cause) {
    await rm(draft, { force: true });
    throw new Error(`${path} could not be written`, { cause });
  }
  await rename(draft, path);
}
