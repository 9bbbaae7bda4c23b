/** The shape of the files in test/fixtures/tables: cases of other projects' own tests, as facts. */
export interface PeerStep<E> {
  readonly t_ms: number;
  readonly cost: number;
  readonly key?: string;
  readonly op?: string;
  readonly expect: E;
}

export interface PeerCase<P, E> {
  readonly id: string;
  readonly policy: P;
  readonly steps: readonly PeerStep<E>[];
}

export interface PeerTable<P, E> {
  readonly cases: readonly PeerCase<P, E>[];
}

/** The case with this id. */
export const caseOf = <P, E>(table: PeerTable<P, E>, id: string): PeerCase<P, E> => {
  const found = table.cases.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
};
