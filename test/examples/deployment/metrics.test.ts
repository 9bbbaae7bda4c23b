import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {anchorsOf} from '../../documents/anchors.ts';
import {Manual} from '../../documents/manual.ts';
import {troubledShop} from '../../documents/runbook-state.ts';
import {folderWith, ROOT} from '../../e2e/command.ts';
import {serve, until} from '../../serve/served.ts';
import {fillStore, SERVED_POLICY} from '../../serve/served-state.ts';
import {openedStore, storeUrl} from '../../serve/store-of.ts';
import {askUntilRefused, startShop} from './shop.ts';

const FOLDER = join(ROOT, 'examples', 'deployment');
const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const installed = (() => {
  try {
    execFileSync('promtool', ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
})();

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: {readonly summary: string; readonly runbook: string};
  readonly labels: {readonly severity: string};
}

const rulesOf = (yaml: string): readonly Rule[] =>
  (parse(yaml) as {groups: readonly {rules: readonly Rule[]}[]}).groups.flatMap(({rules}) => rules);
const RULES = rulesOf(text('ratectl-rules.yml'));

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {readonly x: number; readonly y: number; readonly w: number; readonly h: number};
  readonly targets?: readonly {readonly expr: string; readonly legendFormat: string}[];
}

const DASHBOARD = JSON.parse(text('grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: {readonly list: readonly {readonly query: string}[]};
};
const PANELS = DASHBOARD.panels.filter(({type}) => type !== 'row');
const QUERIES = PANELS.flatMap(({title, targets = []}) => targets.map((target) => ({title, ...target})));

/** Names of metrics that are really sent, each with the labels it has. */
const real = new Map<string, Set<string>>([['up', new Set(['job', 'instance'])]]);

const learn = (metrics: string): void => {
  for (const line of metrics.split('\n')) {
    const [, typed] = /^# TYPE (\S+)/.exec(line) ?? [];
    const [, name = typed, labels = ''] = /^(ratectl_\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const known = real.get(name) ?? new Set(['job', 'instance']);
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    real.set(name, known);
  }
};

// First of all: the others compare with what it finds.
test('serve and the application send metrics, in the states in which they have something to say', async () => {
  const manual = new Manual({copies: {deployment: 'examples/deployment'}});
  const more = 'adaptive:\n  protect: { limits: [plan], every: 1s }\n';
  manual.write('ratectl.yaml', `${text('ratectl.yaml')}${more}`);
  const store = `sqlite:${join(manual.folder, 'state.db')}`;
  const troubled = await troubledShop(join(manual.folder, 'ratectl.yaml'), store);
  const metricsOf = async (of: string, policy: string, wanted = ''): Promise<string> => {
    const serving = await serve([], {store: of, policy});
    // Twice: what the first one counted is in the second.
    await serving.get('/metrics');
    let answered = '';
    await until(async () => {
      answered = await (await serving.get('/metrics')).text();
      return answered.includes(wanted);
    });
    await serving.stop();
    return answered;
  };
  // Who waits comes again when the wait was too long: between the two nobody waits.
  learn(await metricsOf(store, `${text('ratectl.yaml')}${more}`, 'ratectl_pool_oldest_wait_seconds{'));
  await troubled.close();

  const url = storeUrl('sqlite');
  await fillStore(await openedStore(url));
  learn(await metricsOf(url, SERVED_POLICY));

  const shop = await startShop(manual, `sqlite:${join(manual.folder, 'shop.db')}`);
  await askUntilRefused(shop.url);
  learn(await (await fetch(`${shop.url}/metrics`)).text());
  await shop.stop();
  manual.remove();
  expect(real.size).toBeGreaterThan(60);
}, 240_000);

/** Metrics of a query with the labels that it asks of them. */
const usedIn = (query: string): readonly {name: string; labels: readonly string[]}[] =>
  [...query.matchAll(/\b(ratectl_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label!),
  }));

const problems = (query: string): readonly string[] => {
  const used = usedIn(query);
  const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  return used.flatMap(({name, labels}) => {
    const known = real.get(name);
    if (known === undefined) return [`${name} is sent by nobody`];
    const wanted = [...labels, ...grouped.filter((label) => label !== '')];
    // Of a counter that nothing was counted in yet there is no sample that shows its labels.
    return known.size === 2 && name !== 'up'
      ? []
      : wanted.filter((label) => !known.has(label)).map((label) => `${name} has no label ${label}`);
  });
};

describe('ratectl-rules.yml', () => {
  test.each(RULES)('$alert: asks for metrics and labels that are sent', ({expr}) => {
    expect(usedIn(expr).length).toBeGreaterThan(0);
    expect(problems(expr)).toEqual([]);
  });

  test.each(RULES)('$alert: has a severity, and a runbook that is there', ({labels, annotations}) => {
    expect(['page', 'ticket']).toContain(labels.severity);
    const [path = '', anchor = ''] = annotations.runbook.split('#');
    expect(anchorsOf(readFileSync(join(ROOT, path), 'utf8'))).toContain(anchor);
  });

  test.each(RULES)('$alert: a summary names labels that its query leaves', ({expr, annotations}) => {
    const [, aggregated] = /^\s*(?:histogram_quantile\([^,]*, )?sum by \(([^)]*)\)/.exec(expr) ?? [];
    const left = aggregated?.split(/,\s*/) ?? [...(real.get(usedIn(expr)[0]!.name) ?? [])];
    for (const [, label = ''] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      expect(left).toContain(label);
  });

  test('those of docs/serving.md ask for what is sent, too', () => {
    const [, yaml = ''] = /```yaml\n(# ratectl-rules\.yml\n[\s\S]*?)```/.exec(
      readFileSync(join(ROOT, 'docs', 'serving.md'), 'utf8'),
    )!;
    expect(rulesOf(yaml).flatMap(({expr}) => problems(expr))).toEqual([]);
  });

  test.runIf(installed)('promtool finds nothing wrong', () => {
    const check = (kind: string, file: string): string =>
      execFileSync('promtool', ['check', kind, file], {encoding: 'utf8', stdio: 'pipe'});
    expect(check('rules', join(FOLDER, 'ratectl-rules.yml'))).toContain(`${RULES.length} rules found`);
    const folder = folderWith({'ratectl-rules.yml': text('ratectl-rules.yml'), token: 'x'});
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, text('prometheus.yml').replace('/run/secrets/serve-token', join(folder, 'token')));
    expect(check('config', file)).toContain('SUCCESS');
  });
});

describe('prometheus.yml', () => {
  const config = parse(text('prometheus.yml')) as {
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly static_configs: readonly {targets: string[]}[];
    }[];
  };
  const {services} = parse(text('compose.yaml'), {merge: true}) as {services: object};

  test('scrapes the services of compose.yaml under the names that the rules use', () => {
    expect(config.scrape_configs.map((job) => job.job_name)).toEqual(['ratectl', 'shop']);
    for (const {job_name: name, static_configs: found} of config.scrape_configs) {
      expect(Object.keys(services)).toContain(name);
      expect(found[0]!.targets[0]).toMatch(new RegExp(`^${name}:\\d+$`));
    }
  });
});

describe('grafana-dashboard.json', () => {
  test.each(QUERIES)('$title: asks for metrics and labels that are sent: $expr', ({expr, legendFormat}) => {
    expect(usedIn(expr).length).toBeGreaterThan(0);
    expect(problems(expr)).toEqual([]);
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect([...real.get(usedIn(expr)[0]!.name)!, 'kind']).toContain(label);
  });

  test('its variables ask for what is sent', () => {
    for (const {query} of DASHBOARD.templating.list.filter((one) => one.query.startsWith('label_values')))
      expect(problems(query)).toEqual([]);
  });

  test('every panel has an id of its own and a title, and none lies over another', () => {
    const {panels} = DASHBOARD;
    expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length);
    for (const one of panels) {
      expect(one.title).not.toBe('');
      const {x, y, w, h} = one.gridPos;
      expect(x + w).toBeLessThanOrEqual(24);
      const over = panels.filter(
        ({id, gridPos: at}) =>
          id !== one.id && at.x < x + w && x < at.x + at.w && at.y < y + h && y < at.y + at.h,
      );
      expect(over.map(({title}) => title)).toEqual([]);
    }
  });

  test.runIf(installed)('promtool can read every query', () => {
    const rules = QUERIES.map(({expr}, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$limit', '.*'),
    }));
    const folder = folderWith({'rules.yml': JSON.stringify({groups: [{name: 'panels', rules}]})});
    const said = execFileSync('promtool', ['check', 'rules', join(folder, 'rules.yml')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(said).toContain(`${QUERIES.length} rules found`);
  });
});
