/** Splits what a process writes into lines. Tolerates anything: long lines are cut, bad UTF-8 is replaced. */

/** Bytes of a line that are kept. */
export const lineLimit = 16 * 1024;

export const cutMark = ' … [the rest of this line was cut]';

const newline = 0x0a;

export class Lines {
  #parts: Buffer[] = [];
  #size = 0;
  #cutting = false;

  /** Takes the next chunk and returns the lines that are complete now. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      lines.push(...this.#add(rest.subarray(0, end)));
      if (!this.#cutting) lines.push(this.#take());
      this.#cutting = false;
      rest = rest.subarray(end + 1);
    }
    lines.push(...this.#add(rest));
    return lines;
  }

  /** What is left when nothing more comes: one unfinished line, or none. */
  end(): string[] {
    return this.#size > 0 ? [this.#take()] : [];
  }

  /** Returns the line when it has become too long, otherwise nothing. */
  #add(part: Buffer): string[] {
    if (this.#cutting || part.length === 0) return [];
    // A copy: the whole chunk would otherwise stay in memory as long as its last, unfinished line.
    this.#parts.push(Buffer.from(part.subarray(0, lineLimit - this.#size)));
    this.#size += part.length;
    if (this.#size <= lineLimit) return [];
    this.#cutting = true;
    return [this.#take() + cutMark];
  }

  #take(): string {
    const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
    this.#parts = [];
    this.#size = 0;
    return text;
  }
}
