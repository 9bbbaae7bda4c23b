import {formatCount, formatShare, shareOf} from '../../view/format-number.ts';
import type {LimitUsageFacts} from '../../view/model/status-report.ts';
import {visible} from '../../view/visible.ts';
import type {LimitSeries} from '../data/look.ts';
import type {Drawing} from './drawing.ts';
import {padded} from './pad.ts';
import {newest, trend} from './trend.ts';

const COUNT = 9;
const GAP = '  ';

/** Widths of a line: what does not fit is left out, the curves first. */
const widthsFor = (usage: readonly LimitUsageFacts[], width: number) => {
  const name = Math.min(
    Math.max(5, ...usage.map(({limit}) => limit.length)),
    Math.max(8, Math.floor(width / 3)),
  );
  const numbers = 2 + name + 2 * (COUNT + 2);
  const hour = width - numbers >= 2 * 9 + 2 + 10 ? 9 : 0;
  const curves = width - numbers - (hour === 0 ? 0 : 2 + 7 + hour);
  const curve = curves >= 2 * 10 ? Math.min(30, Math.floor((curves - 4) / 2)) : 0;
  return {name, hour, curve};
};

/** What each limit let pass and refused: of the last minute in numbers, of the last half hour as curves. */
export const limitLines = (
  usage: readonly LimitUsageFacts[],
  series: ReadonlyMap<string, LimitSeries>,
  {style, paint}: Drawing,
): readonly string[] => {
  const {name, hour, curve} = widthsFor(usage, style.width);
  const number = (value: number, width = COUNT): string =>
    padded(formatCount(value), width, style, {align: 'right'});
  const titles = [
    padded('limit', name, style),
    padded('allow/min', COUNT, style, {align: 'right'}),
    ...(curve === 0 ? [] : [padded('30 min', curve, style)]),
    padded('deny/min', COUNT, style, {align: 'right'}),
    ...(curve === 0 ? [] : [padded('30 min', curve, style)]),
    ...(hour === 0 ? [] : [padded('denied/h', hour + 7, style, {align: 'right'})]),
  ];
  return [
    paint(`  ${titles.join(GAP)}`, 'dim'),
    ...usage.map(({limit, lastMinute, lastHour}) => {
      const own = series.get(limit);
      const denied = lastMinute.denied + lastMinute.shadowDenied;
      const hourly = lastHour.denied + lastHour.shadowDenied;
      const rate = shareOf(hourly, lastHour.allowed + lastHour.denied);
      const cells = [
        padded(visible(limit, style), name, style, {cut: 'middle'}),
        number(lastMinute.allowed),
        ...(curve === 0 ? [] : [curveOf(own?.allowed, curve, style)]),
        paint(number(denied), lastMinute.denied > 0 ? 'bad' : denied > 0 ? 'warn' : undefined),
        ...(curve === 0
          ? []
          : [paint(curveOf(own?.denied, curve, style), lastHour.denied > 0 ? 'bad' : undefined)]),
        ...(hour === 0
          ? []
          : [
              `${number(hourly, hour)} ${padded(rate === undefined ? '' : formatShare(rate), 6, style, {align: 'right'})}`,
            ]),
      ];
      return `  ${cells.join(GAP)}`;
    }),
  ];
};

const curveOf = (values: readonly number[] | undefined, width: number, style: Drawing['style']): string =>
  padded(trend(newest(values ?? [], width), style), width, style);
