import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {
  parseCgroupPlace,
  parseCpuMax,
  parseCpuQuota,
  parseMemoryLimit,
  type ReadText,
  readCgroupLimits,
} from '../../../src/guard/control/cgroup.ts';
import {resourcesOf} from '../../../src/guard/control/load-meter.ts';

/** Files as kernels write them, newline and all. */
const files =
  (texts: Readonly<Record<string, string>>): ReadText =>
  (path) =>
    texts[path];

/** A container of the second version with a namespace of its own: its group is the root. */
const V2_CONTAINER = {
  '/proc/self/cgroup': '0::/\n',
  '/sys/fs/cgroup/cpu.max': '150000 100000\n',
  '/sys/fs/cgroup/memory.max': '536870912\n',
};

/** A service of systemd: its slice has less memory than it, and it has less processor time than its slice. */
const V2_NESTED = {
  '/proc/self/cgroup': '0::/system.slice/api.service\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc\n',
  '/sys/fs/cgroup/system.slice/cpu.max': '400000 100000\n',
  '/sys/fs/cgroup/system.slice/memory.max': '1073741824\n',
  '/sys/fs/cgroup/system.slice/api.service/cpu.max': '50000 100000\n',
  '/sys/fs/cgroup/system.slice/api.service/memory.max': '2147483648\n',
};

const V2_UNLIMITED = {
  '/proc/self/cgroup': '0::/user.slice/user-1000.slice/session-2.scope\n',
  '/sys/fs/cgroup/user.slice/user-1000.slice/cpu.max': 'max 100000\n',
  '/sys/fs/cgroup/user.slice/user-1000.slice/memory.max': 'max\n',
};

/** A container of the first version without a namespace: the path is that of the host, its files are at the root. */
const V1_CONTAINER = {
  '/proc/self/cgroup': `12:pids:/docker/0123abcd
5:memory:/docker/0123abcd
4:cpu,cpuacct:/docker/0123abcd
1:name=systemd:/docker/0123abcd
0::/system.slice/containerd.service
`,
  '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000\n',
  '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
};

const V1_NESTED = {
  '/proc/self/cgroup': '4:memory:/jobs/7\n1:cpu:/jobs/7\n0::/\n',
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
  '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us': '25000\n',
  '/sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us': '50000\n',
  '/sys/fs/cgroup/cpu/jobs/7/cpu.cfs_quota_us': '-1\n',
  '/sys/fs/cgroup/cpu/jobs/7/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes': '1000000\n',
};

describe('the limits of a control group', () => {
  test.each<[string, Readonly<Record<string, string>>, number | undefined, number | undefined]>([
    ['v2, a container', V2_CONTAINER, 1.5, 536_870_912],
    ['v2, nested: the smallest on the way to the root', V2_NESTED, 0.5, 1_073_741_824],
    ['v2, max', V2_UNLIMITED, undefined, undefined],
    ['v1, a container', V1_CONTAINER, 2, 268_435_456],
    ['v1, nested, -1, and the number that stands for none', V1_NESTED, 0.5, 1_000_000],
    ['no control groups at all', {}, undefined, undefined],
    [
      'files that say something else',
      {
        '/proc/self/cgroup': 'x\n0::/\n',
        '/sys/fs/cgroup/cpu.max': 'a lot\n',
        '/sys/fs/cgroup/memory.max': '-5\n',
      },
      undefined,
      undefined,
    ],
  ])('%s', (_, texts, processors, memory) => {
    expect(readCgroupLimits(files(texts))).toEqual({processors, memory});
  });

  test('of this very process can be read, or there are none', () => {
    const read: ReadText = (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    };
    const {processors = 1, memory = 1} = readCgroupLimits(read);
    expect(processors).toBeGreaterThan(0);
    expect(memory).toBeGreaterThan(0);
  });

  test('count where they are below those of the machine', () => {
    const machine = {processors: 8, memory: 4e9};
    expect(resourcesOf(files(V2_CONTAINER), machine)).toEqual({processors: 1.5, memory: 536_870_912});
    expect(resourcesOf(files({}), machine)).toEqual(machine);
    expect(
      resourcesOf(files({...V2_CONTAINER, '/sys/fs/cgroup/cpu.max': '3200000 100000\n'}), machine).processors,
    ).toBe(8);
  });
});

describe('a text of the kernel', () => {
  test.each([
    ['150000 100000\n', 1.5],
    ['max 100000\n', undefined],
    ['max\n', undefined],
    ['50000\n', 0.5],
    ['', undefined],
    ['0 100000', undefined],
    ['1e9 100000', undefined],
    ['100000 0', undefined],
  ])('cpu.max %j', (text, expected) => {
    expect(parseCpuMax(text)).toBe(expected);
  });

  test.each([
    ['-1\n', '100000\n', undefined],
    ['50000\n', '100000\n', 0.5],
    ['', '', undefined],
  ])('cpu.cfs_quota_us %j of %j', (quota, period, expected) => {
    expect(parseCpuQuota(quota, period)).toBe(expected);
  });

  test.each([
    ['536870912\n', 536_870_912],
    ['max\n', undefined],
    ['9223372036854771712\n', undefined],
    ['18446744073709551615\n', undefined],
    ['0\n', undefined],
    ['', undefined],
  ])('memory limit %j', (text, expected) => {
    expect(parseMemoryLimit(text)).toBe(expected);
  });

  test('/proc/self/cgroup of a hybrid system', () => {
    const {unified, controllers} = parseCgroupPlace(V1_CONTAINER['/proc/self/cgroup']);
    expect(unified).toBe('/system.slice/containerd.service');
    expect(controllers.get('cpuacct')).toEqual({hierarchy: 'cpu,cpuacct', path: '/docker/0123abcd'});
    expect([...controllers.keys()]).toEqual(['pids', 'memory', 'cpu', 'cpuacct', 'name=systemd']);
  });
});
