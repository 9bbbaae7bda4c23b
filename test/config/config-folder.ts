import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import {isRatectlError, type RatectlError} from '../../src/base/ratectl-error.ts';
import type {Environment} from '../../src/config/config-places.ts';
import {resolveSettings} from '../../src/config/resolve-settings.ts';
import type {Settings, SettingsFlags} from '../../src/config/settings.ts';

/** A home with a project in it: both go with the test. */
export class ConfigFolder {
  readonly home = mkdtempSync(join(tmpdir(), 'ratectl-config-'));
  readonly cwd = join(this.home, 'work');
  readonly userFile = join(this.home, '.config', 'ratectl', 'config.yaml');
  readonly projectFile = join(this.cwd, '.ratectl', 'config.yaml');

  constructor() {
    mkdirSync(this.cwd);
    onTestFinished(() => rmSync(this.home, {recursive: true, force: true}));
  }

  write(path: string, text: string | Uint8Array, mode = 0o600): string {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text, {mode});
    return path;
  }

  user(text: string): this {
    this.write(this.userFile, text);
    return this;
  }

  project(text: string): this {
    this.write(this.projectFile, text);
    return this;
  }

  settings(flags: Partial<SettingsFlags> = {}, env: Environment = {}): Settings {
    return resolveSettings({flags: {config: true, ...flags}, env: {HOME: this.home, ...env}, cwd: this.cwd});
  }

  failure(flags: Partial<SettingsFlags> = {}, env: Environment = {}): RatectlError {
    try {
      this.settings(flags, env);
    } catch (error) {
      if (isRatectlError(error)) return error;
      throw error;
    }
    throw new Error('it was accepted');
  }
}
