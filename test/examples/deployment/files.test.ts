import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {folderWith, ROOT} from '../../e2e/command.ts';
import {optionsOf} from './options-of.ts';

const text = (name: string): string => readFileSync(join(ROOT, 'examples', 'deployment', name), 'utf8');
const installed = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
};

interface Service {
  readonly command?: readonly string[];
  readonly depends_on?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly build?: {readonly dockerfile: string; readonly target: string};
  readonly ports?: readonly string[];
  readonly healthcheck?: {readonly test: readonly string[]};
}

describe('compose.yaml', () => {
  const compose = parse(text('compose.yaml'), {merge: true}) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly secrets: object;
    readonly volumes: object;
  };
  const services = Object.entries(compose.services);

  test('has a store of each kind, the application, serve and Prometheus', () => {
    expect(services.map(([name]) => name)).toEqual(['redis', 'postgres', 'shop', 'ratectl', 'prometheus']);
  });

  test.each(services)(
    '%s: mounts files and volumes that are there',
    (_name, {volumes = [], secrets = []}) => {
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) expect(text(from.slice(2)).length).toBeGreaterThan(0);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    },
  );

  test.each(services)(
    '%s: is waited for when others need it, and has ports for this machine only',
    (_name, service) => {
      for (const needed of Object.keys(service.depends_on ?? {}))
        expect(compose.services[needed]?.healthcheck?.test.length).toBeGreaterThan(0);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );

  test.each(services.filter(([, {build}]) => build !== undefined))(
    '%s: is a stage of the Dockerfile',
    (_name, {build}) => {
      expect(build!.dockerfile).toBe('examples/deployment/Dockerfile');
      expect(text('Dockerfile')).toMatch(new RegExp(`^FROM \\S+ AS ${build!.target}$`, 'm'));
    },
  );

  test('the logins are those of the ACL file', () => {
    const users = [...text('users.acl').matchAll(/^user (\w+) on >(\S+)/gm)].map(([, ...one]) =>
      one.join(':'),
    );
    const {shop, ratectl} = compose.services;
    expect(users).toContain(/redis:\/\/(\S+)@/.exec(shop!.environment!['RATE_LIMIT_STORE']!)![1]);
    const reader = /:-redis:\/\/(\w+)@/.exec(ratectl!.environment!['RATECTL_STORE']!)![1];
    const password = /:-(\S+)\}/.exec(ratectl!.environment!['RATECTL_PASSWORD']!)![1];
    expect(users).toContain(`${reader}:${password}`);
  });

  test('serve is started with flags that there are', () => {
    const {command} = compose.services['ratectl']!;
    expect(optionsOf('serve')).toEqual(
      expect.arrayContaining(command!.filter((word) => word.startsWith('--'))),
    );
  });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: {readonly name: string};
  readonly spec: {
    readonly replicas?: number;
    readonly selector: Readonly<Record<string, string>> & {readonly matchLabels?: object};
    readonly template?: {
      readonly metadata: {readonly labels: Readonly<Record<string, string>>};
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes: readonly {readonly name: string}[];
      };
    };
    readonly ports?: readonly {readonly targetPort: string}[];
  };
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env: readonly {readonly name: string; readonly value?: string; readonly valueFrom?: object}[];
  readonly ports: readonly {readonly name: string; readonly containerPort: number}[];
  readonly resources: {readonly requests: object; readonly limits: object};
  readonly volumeMounts: readonly {readonly name: string}[];
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Probe {
  readonly httpGet: {readonly path: string; readonly port: string};
}

describe('kubernetes.yaml', () => {
  const manifests = parseAllDocuments(text('kubernetes.yaml')).map((one) => one.toJS() as Manifest);
  const deployments = manifests.filter(({kind}) => kind === 'Deployment');
  const containers = deployments.flatMap(({spec}) => spec.template!.spec.containers);
  const shop = containers.find(({name}) => name === 'shop')!;
  const serve = containers.find(({name}) => name === 'ratectl')!;

  test('a deployment and a service for the application, and for serve', () => {
    expect(manifests.map(({kind, metadata}) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment shop',
      'Service shop',
      'Deployment ratectl',
      'Service ratectl',
    ]);
  });

  test.each(deployments)('$metadata.name: labels, volumes and ports belong together', ({metadata, spec}) => {
    const {template, selector} = spec;
    expect(template!.metadata.labels).toMatchObject(selector.matchLabels!);
    const volumes = template!.spec.volumes.map(({name}) => name);
    for (const {volumeMounts, ports, resources, readinessProbe, livenessProbe} of template!.spec.containers) {
      for (const {name} of volumeMounts) expect(volumes).toContain(name);
      const names = ports.map(({name}) => name);
      for (const probe of [readinessProbe, livenessProbe]) expect(names).toContain(probe.httpGet.port);
      expect(resources).toMatchObject({requests: expect.anything(), limits: expect.anything()});
      const service = manifests.find((one) => one.kind === 'Service' && one.metadata.name === metadata.name)!;
      expect(template!.metadata.labels).toMatchObject(service.spec.selector);
      expect(names).toContain(service.spec.ports![0]!.targetPort);
    }
  });

  test('no secret stands in the file: passwords and URLs of stores are references', () => {
    for (const {env} of containers)
      for (const {name, valueFrom} of env)
        if (/STORE|PASSWORD|TOKEN/.test(name)) expect(valueFrom).toHaveProperty('secretKeyRef');
  });

  test('variables and flags are those that the programs read', () => {
    expect(optionsOf('serve')).toEqual(
      expect.arrayContaining(serve.args!.filter((word) => word.startsWith('--'))),
    );
    const documented = ['configuration.md', 'library.md', 'serving.md']
      .map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8'))
      .join('');
    for (const {env} of containers)
      for (const {name} of env.filter((one) => /^RATE/.test(one.name)))
        expect(documented).toContain(`\`${name}\``);
  });

  test('each process knows with how many it shares the limits', () => {
    const {replicas} = deployments.find(({metadata}) => metadata.name === 'shop')!.spec;
    expect(shop.env.find(({name}) => name === 'RATE_LIMIT_INSTANCES')!.value).toBe(String(replicas));
  });

  test('probes ask what does not fall over with the store, except whether serve is ready', () => {
    expect(serve.livenessProbe.httpGet.path).toBe('/livez');
    expect(serve.readinessProbe.httpGet.path).toBe('/readyz');
    expect(serve.args![serve.args!.indexOf('--listen') + 1]).toBe(`0.0.0.0:${serve.ports[0]!.containerPort}`);
  });
});

describe('ratectl.service', () => {
  const unit = text('ratectl.service');

  test('starts serve with flags that there are', () => {
    const [, command = ''] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
    expect(command).toMatch(/^serve /);
    expect(optionsOf('serve')).toEqual(expect.arrayContaining(command.match(/--[\w-]+/g)!));
  });

  test.runIf(installed('systemd-analyze'))('systemd has nothing to say about it', () => {
    const folder = folderWith({});
    // A program that is there, as ratectl may not be installed.
    writeFileSync(join(folder, 'ratectl.service'), unit.replace('/usr/bin/ratectl', process.execPath));
    const said = execFileSync('systemd-analyze', ['verify', '--man=no', join(folder, 'ratectl.service')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(said).toBe('');
  });
});

test('the policy loads', () => {
  expect(() => parsePolicy(text('ratectl.yaml'), 'ratectl.yaml')).not.toThrow();
});
