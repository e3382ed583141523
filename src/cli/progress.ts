/** Shows the progress of long work on one line of a terminal; prints nothing elsewhere. */
import { ERASE_LINE, type Terminal } from "./terminal";

export interface ProgressBar {
  readonly show: (done_bytes: number, total_bytes: number) => void;
  /** Erases the line, before other text is written. */
  readonly clear: () => void;
}

export function progressBar(terminal: Terminal, verb: string): ProgressBar {
  if (!terminal.is_interactive) return { show: () => {}, clear: () => {} };
  return {
    show: (done, total) => {
      const percent = total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total));
      terminal.err(`${ERASE_LINE}${verb} ${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB, ${percent} %`);
    },
    clear: () => terminal.err(ERASE_LINE),
  };
}
