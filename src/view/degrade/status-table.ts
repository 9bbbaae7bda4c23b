import {formatDuration} from '../../base/duration.ts';
import {type Fact, facts} from '../facts.ts';
import type {Piece} from '../flow.ts';
import type {DegradeReport, DegradeRule, InstanceLoad} from '../model/degrade.ts';
import type {StatusDegradation} from '../model/status-load.ts';
import {nameText} from '../name-text.ts';
import {manualText, modeRole, servedText} from '../status/control-sections.ts';
import {percentText, pressureRole, pressureText} from '../status/pressure-text.ts';
import {agoText, sinceText} from '../status/section.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';
import type {Times} from '../when.ts';
import {millisText, shareText, signalsText} from './signal-text.ts';

/** The mode, who is served, why, when it changes; then each process. */
export const degradeTable = (
  {store, degradation, rule, loads}: DegradeReport,
  times: Times,
  style: Style,
): string => {
  const {serves, refuses} = servedText(degradation);
  const list: readonly Fact[] = [
    {label: 'mode', value: modePieces(degradation, times)},
    {label: 'by hand', value: degradation.manual === null ? [] : [manualText(degradation.manual, times)]},
    {label: 'the rule', value: degradation.manual === null ? [] : [`alone says ${degradation.rule}`]},
    {label: 'serves', value: serves === '' ? 'nobody' : serves},
    {label: 'refuses', value: refuses === '' ? [] : [{text: refuses, role: 'bad'}]},
    {label: 'pressure', value: pressurePieces(degradation, times)},
    {
      label: 'changes',
      value: rule === null ? 'by hand alone: the policy has no section "degradation"' : rulePieces(rule),
    },
    {label: 'store', value: store},
  ];
  const rows = loads.map((load) => ({cells: loadCells(load, times)}));
  const lines = [...facts(list, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])];
  return `${lines.join('\n')}\n`;
};

const modePieces = ({mode, from, since}: StatusDegradation, times: Times): readonly (string | Piece)[] => [
  {text: mode, role: modeRole(mode)},
  from === 'hand' ? 'set by hand' : 'by rule',
  ...(since === null ? [] : [`${times.format === 'relative' ? 'for' : 'since'} ${sinceText(since, times)}`]),
];

const pressurePieces = (
  {pressure, lookedAt}: StatusDegradation,
  times: Times,
): readonly (string | Piece)[] =>
  lookedAt === null
    ? ['not measured yet']
    : [
        {
          text: pressureText(pressure) === '' ? 'not measured' : pressureText(pressure),
          role: pressureRole(pressure),
        },
        `looked at ${agoText(lookedAt, times)}`,
      ];

const rulePieces = ({targets, enter, afterMs, leave, holdMs}: DegradeRule): readonly string[] => [
  `targets ${signalsText(targets)}`,
  ...enter.map(({mode, pressure}) => `${mode} from ${percentText(pressure)} on`),
  `entered after ${formatDuration(afterMs * 1_000)}`,
  `left below ${percentText(leave)} of that for ${formatDuration(holdMs * 1_000)}`,
];

const COLUMNS: readonly Column[] = [
  {title: 'process', min: 12, cut: 'middle'},
  {title: 'CPU', align: 'right'},
  {title: 'memory', align: 'right'},
  {title: 'event loop', align: 'right', drop: 2},
  {title: 'response time', align: 'right', drop: 3},
  {title: 'measured', drop: 1},
];

const loadCells = (
  {instance, cpu, memory, eventLoopMs, responseTimeMs, at}: InstanceLoad,
  times: Times,
): readonly string[] => [
  nameText(instance),
  shareText(cpu),
  shareText(memory),
  millisText(eventLoopMs),
  millisText(responseTimeMs),
  agoText(at, times),
];
