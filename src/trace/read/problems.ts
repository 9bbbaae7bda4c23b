/** A line that could not be understood. */
export interface Problem {
  readonly file: string;
  /** Physical line, from 1. */
  readonly line: number;
  /** In characters, from 1; 0 when it is the whole line. */
  readonly column: number;
  readonly reason: string;
}

/** How many bad lines are described; the rest are only counted. */
export const PROBLEMS_KEPT = 10;

export type BlockStats = Pick<ReadStats, 'lines' | 'blank' | 'notRequests' | 'bad' | 'problems'>;

/** What reading one trace file met, besides requests. */
export class ReadStats {
  lines = 0;
  blank = 0;
  notRequests = 0;
  bad = 0;
  readonly problems: Problem[] = [];

  /** Adds what a thread found in the lines that follow those counted so far; its line numbers begin at 1. */
  addBlock(block: BlockStats): void {
    for (const problem of block.problems) {
      if (this.problems.length < PROBLEMS_KEPT)
        this.problems.push({...problem, line: this.lines + problem.line});
    }
    this.lines += block.lines;
    this.blank += block.blank;
    this.notRequests += block.notRequests;
    this.bad += block.bad;
  }

  addProblem(problem: Problem): void {
    this.bad++;
    if (this.problems.length < PROBLEMS_KEPT) this.problems.push(problem);
  }
}
