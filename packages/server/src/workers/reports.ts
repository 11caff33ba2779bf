/** Reports: what workers have counted, each as it last said. What one that is no more had counted stays. */
import { addUp, type GatewayReport } from '../observe/metrics.ts';
import { pastOf } from '../observe/volume.ts';

export class Reports {
  readonly #last = new Map<number, GatewayReport>();
  /** Of those that are no more. */
  #past: GatewayReport[] = [];

  set(row: number, report: GatewayReport): void {
    this.#last.set(row, report);
  }

  /** The worker is no more. What it had not reported is lost. */
  end(row: number): void {
    const report = this.#last.get(row);
    this.#last.delete(row);
    if (report !== undefined) this.#past.push({ ...report, traffic: pastOf(report.traffic) });
  }

  async all(): Promise<GatewayReport[]> {
    const ended = this.#past;
    if (ended.length > 1) {
      const together = await addUp(ended);
      this.#past = [together, ...this.#past.slice(ended.length)];
    }
    return [...this.#past, ...this.#last.values()];
  }
}
