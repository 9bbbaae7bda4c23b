import type {Fact} from '../facts.ts';
import type {StatusReport} from '../model/status-report.ts';
import type {StatusAlert} from '../model/status-sections.ts';
import {behaviourSection} from './behaviour-section.ts';
import {breakerSection} from './breaker-section.ts';
import {adaptiveSection, degradationSection} from './control-sections.ts';
import {instanceSection, queueSection} from './other-sections.ts';
import {poolSection} from './pool-section.ts';
import type {Section, SectionOptions} from './section.ts';
import {tokenSection} from './token-section.ts';

/** Tokens, breakers, queues, pools, control of load, instances, as far as there are any; none beside keys that were asked for by name. */
export const statusSections = (report: StatusReport, options: SectionOptions): readonly Section[] => {
  if (!['recent', 'all'].includes(report.scope.kind)) return [];
  const {tokens, breakers, queues, pools, adaptive, degradation, behaviour, instances, leader} = report;
  return [
    degradationSection(degradation, options),
    tokenSection(tokens, options),
    breakerSection(breakers, options),
    queueSection(queues, options),
    poolSection(pools, options),
    adaptiveSection(adaptive, options),
    behaviourSection(behaviour, options),
    instanceSection(instances, leader, options),
  ].filter(({rows, remarks}) => rows.length > 0 || remarks.length > 0);
};

/** What needs somebody, a line each. */
export const alertFacts = (alerts: readonly StatusAlert[]): readonly Fact[] =>
  alerts.map(({text, next}, i) => ({
    label: i === 0 ? (alerts.length === 1 ? 'alert' : 'alerts') : '',
    value: [{text, role: 'bad'}, next],
  }));
