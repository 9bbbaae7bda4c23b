/** What `doctor` found. Evidence is as measured; texts are for people, without any secret. */
export const DOCTOR_AREAS = [
  'machine',
  'configuration',
  'policy',
  'store',
  'redis',
  'postgres',
  'sqlite',
  'usage',
] as const;
export type DoctorArea = (typeof DOCTOR_AREAS)[number];

/** The worst first. */
export const DOCTOR_SEVERITIES = ['error', 'warning', 'note'] as const;
export type DoctorSeverity = (typeof DOCTOR_SEVERITIES)[number];

export type DoctorUnit = 'bytes' | 'ms' | 'share' | 'count' | 'text';

export interface DoctorEvidence {
  readonly name: string;
  readonly value: string | number;
  /** `share`: 0 … 1. */
  readonly unit: DoctorUnit;
}

export interface DoctorFinding {
  readonly severity: DoctorSeverity;
  /** One line. */
  readonly what: string;
  /** File, server, table, limit, key. */
  readonly where: string;
  readonly evidence: readonly DoctorEvidence[];
  /** Why it matters. */
  readonly why: string;
  /** What to do: a command where there is one. */
  readonly next: string;
}

/** `unknown`: it could not be looked at. */
export type DoctorResult = 'ok' | 'finding' | 'unknown';

export interface DoctorCheck {
  /** `AREA/NAME`, as docs/doctor.md lists it. */
  readonly id: string;
  readonly area: DoctorArea;
  /** What is looked at. */
  readonly title: string;
  readonly result: DoctorResult;
  /** Why it could not be looked at; null: it could. */
  readonly why: string | null;
  /** What was measured where nothing is wrong. */
  readonly evidence: readonly DoctorEvidence[];
  readonly findings: readonly DoctorFinding[];
}

export interface DoctorReport {
  readonly versions: {readonly ratectl: string; readonly node: string; readonly platform: string};
  /** Null: no store was looked at. */
  readonly store: {
    readonly url: string;
    /** `redis 7.0.15`; null: it did not say. */
    readonly server: string | null;
    /** Whether it could be reached. */
    readonly reached: boolean;
  } | null;
  /** In the order of the areas, and of the document that lists them. */
  readonly checks: readonly DoctorCheck[];
  readonly totals: {
    readonly checks: number;
    readonly ok: number;
    readonly unknown: number;
    readonly findings: Readonly<Record<DoctorSeverity, number>>;
  };
}
