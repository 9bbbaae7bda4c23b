import {execFileSync, spawnSync} from 'node:child_process';
import {findBinary} from './find-binary.ts';

export interface ServerPackage {
  /** Any of these programs will do. */
  readonly binaries: readonly string[];
  /** Package of Debian and Ubuntu. */
  readonly apt: string;
  readonly brew: string;
}

export const REDIS: ServerPackage = {
  binaries: ['redis-server', 'valkey-server'],
  apt: 'redis-server',
  brew: 'redis',
};

export const POSTGRES: ServerPackage = {binaries: ['initdb'], apt: 'postgresql', brew: 'postgresql@17'};

/** Path of a server's program; installs it where that may be done without a question, else says what to do. */
export const ensureBinary = (server: ServerPackage): string => {
  const found = findBinary(...server.binaries);
  if (found !== undefined) return found;
  const apt = findBinary('apt-get');
  const runner = apt === undefined ? undefined : rootRunner();
  if (apt !== undefined && runner !== undefined) {
    process.stderr.write(
      `tests: installing ${server.apt} with apt-get, because ${server.binaries[0]} is missing\n`,
    );
    const [command, ...args] = [...runner, apt];
    const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
    try {
      execFileSync(command!, [...args, 'install', '-y', '--no-install-recommends', server.apt], {
        env,
        stdio: 'pipe',
      });
    } catch {
      execFileSync(command!, [...args, 'update'], {env, stdio: 'pipe'});
      execFileSync(command!, [...args, 'install', '-y', '--no-install-recommends', server.apt], {
        env,
        stdio: 'pipe',
      });
    }
    const installed = findBinary(...server.binaries);
    if (installed !== undefined) return installed;
  }
  throw new Error(`the tests need ${server.binaries.join(' or ')}: ${commandFor(server)}`);
};

/** What to put before a command so that it runs as root; undefined when that needs a password. */
const rootRunner = (): readonly string[] | undefined => {
  if (process.getuid?.() === 0) return [];
  const sudo = findBinary('sudo');
  return sudo !== undefined && spawnSync(sudo, ['-n', 'true']).status === 0 ? [sudo, '-n'] : undefined;
};

const commandFor = ({apt, brew, binaries}: ServerPackage): string => {
  if (process.platform === 'darwin') return `run brew install ${brew}`;
  if (findBinary('apt-get') !== undefined) return `run sudo apt-get install -y ${apt}`;
  return `install ${binaries[0]}, or point REDIS_URL and DATABASE_URL to servers`;
};
