/**
 * What Linux control groups let a process have, from the texts of their files. Limits of a group hold for all groups below it, so the
 * smallest on the way to the root counts.
 *
 *   v2   cpu.max `50000 100000` (µs of work per µs, or `max`)            memory.max `536870912` (bytes, or `max`)
 *   v1   cpu.cfs_quota_us ÷ cpu.cfs_period_us (quota -1: none)          memory.limit_in_bytes (about 2^63: none)
 *
 * Source: Linux kernel, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst, scheduler/sched-bwc.rst.
 */

/** Undefined: no limit is known. */
export interface CgroupLimits {
  /** Processors, may be a fraction. */
  readonly processors: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}

/** A file's text; undefined: there is none, or it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Where a process is in the hierarchies, from `/proc/self/cgroup`. */
export interface CgroupPlace {
  /** Of the unified hierarchy; undefined: there is none. */
  readonly unified: string | undefined;
  /** By controller of the first version: the name of its hierarchy (`cpu,cpuacct`), and the path in it. */
  readonly controllers: ReadonlyMap<string, {readonly hierarchy: string; readonly path: string}>;
}

const ROOT = '/sys/fs/cgroup';

export const parseCgroupPlace = (text: string): CgroupPlace => {
  let unified: string | undefined;
  const controllers = new Map<string, {readonly hierarchy: string; readonly path: string}>();
  for (const line of text.split('\n')) {
    const [, id, hierarchy, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (hierarchy === undefined || path === undefined) continue;
    if (id === '0' && hierarchy === '') unified = path;
    else for (const name of hierarchy.split(',')) controllers.set(name, {hierarchy, path});
  }
  return {unified, controllers};
};

/** `cpu.max`: processors; undefined: no limit. */
export const parseCpuMax = (text: string): number | undefined => {
  const [quota = '', period = '100000'] = text.trim().split(/\s+/);
  return processorsOf(quota, period);
};

/** `cpu.cfs_quota_us` and `cpu.cfs_period_us`: processors; undefined: no limit. */
export const parseCpuQuota = (quota: string, period: string): number | undefined =>
  processorsOf(quota.trim(), period.trim());

/** `memory.max` and `memory.limit_in_bytes`: bytes; undefined: no limit. The largest limit of the first version stands for none. */
export const parseMemoryLimit = (text: string): number | undefined => {
  const bytes = wholeOf(text.trim());
  return bytes === undefined || bytes === 0 || bytes >= 2 ** 62 ? undefined : bytes;
};

/** The limits of this process, as far as the files say. */
export const readCgroupLimits = (read: ReadText): CgroupLimits => {
  const {unified, controllers} = parseCgroupPlace(read('/proc/self/cgroup') ?? '');
  const cpu = controllers.get('cpu');
  const memory = controllers.get('memory');
  const parsed =
    (parse: (text: string) => number | undefined, file: string) =>
    (folder: string): number | undefined => {
      const text = read(`${folder}/${file}`);
      return text === undefined ? undefined : parse(text);
    };
  const quota = (folder: string): number | undefined => {
    const [quota, period] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) =>
      read(`${folder}/${file}`),
    );
    return quota === undefined || period === undefined ? undefined : parseCpuQuota(quota, period);
  };
  return {
    processors: smallest([
      ...unifiedFolders(unified).map(parsed(parseCpuMax, 'cpu.max')),
      ...(cpu === undefined ? [] : oldFolders(cpu, 'cpu').map(quota)),
    ]),
    memory: smallest([
      ...unifiedFolders(unified).map(parsed(parseMemoryLimit, 'memory.max')),
      ...(memory === undefined
        ? []
        : oldFolders(memory, 'memory').map(parsed(parseMemoryLimit, 'memory.limit_in_bytes'))),
    ]),
  };
};

/** `/a/b`: the group, those above it, and the root. In a container the path may be the host's, of which only the root is there. */
const upwards = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return [...parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`), ''];
};

const unifiedFolders = (path: string | undefined): readonly string[] =>
  path === undefined ? [] : upwards(path).map((folder) => `${ROOT}${folder}`);

const oldFolders = (
  {hierarchy, path}: {readonly hierarchy: string; readonly path: string},
  controller: string,
): readonly string[] =>
  [...new Set([hierarchy, controller])].flatMap((name) =>
    upwards(path).map((folder) => `${ROOT}/${name}${folder}`),
  );

const processorsOf = (quota: string, period: string): number | undefined => {
  const [of, per] = [wholeOf(quota), wholeOf(period)];
  return of === undefined || per === undefined || of === 0 || per === 0 ? undefined : of / per;
};

const wholeOf = (text: string): number | undefined => (/^\d{1,20}$/.test(text) ? Number(text) : undefined);

const smallest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
