import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport, ReportLimit} from '../model/activity-report.ts';
import {spark} from '../spark.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';
import {resampleNumbers} from './resample.ts';
import {changeText, countedWord, deniedRate, modeText, shareText} from './words.ts';

const TREND = 12;

/** Violations by layer: what each limit let pass and refused. */
export const limitTable = (report: ActivityReport, style: Style): readonly string[] => {
  const {limits, before} = report;
  const hasShadow = limits.some(({shadowDenied}) => shadowDenied > 0);
  const hasTrend = limits.some(({trend}) => trend.length > 1);
  const columns: readonly Column[] = [
    {title: 'LIMIT', min: 8, cut: 'middle'},
    {title: 'MODE', drop: 1},
    {title: countedWord(report).toUpperCase(), align: 'right', drop: 5},
    {title: 'REFUSED', align: 'right'},
    {title: 'RATE', align: 'right', drop: 7},
    ...(hasShadow ? [{title: 'SHADOW', align: 'right', drop: 6} as const] : []),
    ...(before === null ? [] : [{title: 'CHANGE', align: 'right', drop: 4} as const]),
    ...(hasTrend ? [{title: 'TREND', drop: 2} as const] : []),
    {title: 'SHARE', elastic: true, min: 6, drop: 3},
  ];
  return table(
    columns,
    limits.map((limit) => ({
      cells: [
        limit.limit,
        modeText(limit),
        formatCount(limit.requests),
        {text: formatCount(limit.denied), role: limit.denied > 0 ? 'bad' : undefined},
        shareText(deniedRate(limit)),
        ...(hasShadow
          ? [
              {
                text: formatCount(limit.shadowDenied),
                role: limit.shadowDenied > 0 ? ('warn' as const) : undefined,
              },
            ]
          : []),
        ...(before === null ? [] : [changeText(limit.denied, limit.before?.denied)]),
        ...(hasTrend ? [trendText(limit, style)] : []),
        {share: limit.shareOfDenied, role: 'bad'},
      ],
      note: limit.description ?? undefined,
    })),
    style,
  );
};

const trendText = ({trend}: ReportLimit, style: Style): string =>
  spark(
    resampleNumbers(
      trend.map(({denied}) => denied),
      TREND,
    ),
    1,
    style,
  )[0]!;

export const limitNote = ({totals}: Pick<ActivityReport, 'totals'>): string =>
  `share: of all ${formatCount(totals.denied)} refusals (${formatShare(totals.requests === 0 ? 0 : totals.denied / totals.requests)})`;
