import {Box, Transform} from 'ink';
import {createElement, memo, type ReactElement} from 'react';

export interface LinesProps {
  /** Painted, none wider than the place it has. */
  readonly text: string;
  readonly width: number;
  readonly lines: number;
}

/**
 * A block of finished lines. Ink measures and cuts what it lays out, cluster by cluster, which costs more than all else together:
 * so it lays out one letter for every line, and gets the line itself when it paints. A block whose text is the same as before
 * is not drawn again.
 */
export const Lines = memo(({text, width, lines}: LinesProps): ReactElement => {
  const rows = text.split('\n');
  return createElement(
    Box,
    {width, height: lines, flexShrink: 0},
    createElement(Transform, {transform: (_, i) => rows[i] ?? ''}, standIn(lines)),
  );
});

/** A letter for each line: of lines without any Ink would not ask. */
const standIn = (lines: number): string => Array.from({length: lines}, () => 'x').join('\n');

/** So many lines as one text: cut, or filled with empty ones. */
export const blockOf = (lines: readonly string[], count: number): string =>
  Array.from({length: Math.max(0, count)}, (_, i) => lines[i] ?? '').join('\n');
