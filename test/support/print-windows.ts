// Run as a program of its own, under several TZ, by calendar-grid.test.ts.
import {CALENDAR_UNITS, calendarGrid} from '../../src/engine/calendar-grid.ts';
import {at, DAY} from './instants.ts';

for (const zone of ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe']) {
  for (const unit of CALENDAR_UNITS) {
    const grid = calendarGrid(unit, zone);
    const starts = Array.from({length: 12}, (_, i) =>
      grid.startOf(at('2018-01-01T01:30Z') + i * 31 * DAY, Number.NEGATIVE_INFINITY),
    );
    process.stdout.write(
      `${zone} ${unit} ${starts.map((start) => `${start}-${grid.endOf(start)}`).join(' ')}\n`,
    );
  }
}
