const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const year = '(?<year>\\d{4})';
const month = '(?<month>0?[1-9]|1[0-2])';
const day = '(?<day>0?[1-9]|[12]\\d|3[01])';
const time = '(?<hour>[01]?\\d|2[0-4]):(?<minute>[0-5]\\d)(:(?<second>[0-5]\\d|60)(\\.(?<fraction>\\d+))?)?';
const zone = '(\\s*(?<zone>z|utc|gmt|[+-]\\d\\d(:?\\d\\d)?))?';

/** The supported formats of PHP's date parser, which has more. */
const spellings = [
  `${year}-${month}-${day}([t\\s]+${time}${zone})?`,
  `${year}(?<month>\\d\\d)(?<day>\\d\\d)(t(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)${zone})?`,
  `${year}-?w(?<week>\\d\\d)(-?(?<weekday>[0-7]))?`,
  `${month}/${day}/${year}(\\s+${time}${zone})?`,
  `([a-z]{3},\\s*)?${day}\\s(?<name>${months.join('|')})\\s${year}(\\s+${time}${zone})?`,
  `${time}${zone}`,
].map((spelling) => new RegExp(`^${spelling}$`, 'i'));

const words: Record<string, { days: number; keepsTime?: true }> = {
  '': { days: 0, keepsTime: true },
  now: { days: 0, keepsTime: true },
  today: { days: 0 },
  midnight: { days: 0 },
  tomorrow: { days: 1 },
  yesterday: { days: -1 },
};

const oneDay = 86_400_000;

/** Milliseconds of a date as PHP's `new DateTime` reads it, in UTC if it names no zone; undefined if it is invalid. */
export function parseDate(text: string, now: number): number | undefined {
  const word = words[text.trim().toLowerCase()];
  if (word) return word.keepsTime ? now : midnight(now) + word.days * oneDay;
  const [, epoch] = /^@(-?\d+)$/.exec(text) ?? [];
  if (epoch !== undefined) return Number(epoch) * 1000;
  for (const spelling of spellings) {
    const groups = spelling.exec(text.trim())?.groups;
    if (groups) return timeOf(groups, now);
  }
  return undefined;
}

/** A day or second beyond the last one rolls over into the next month or minute, as in PHP. */
function timeOf(groups: Record<string, string | undefined>, now: number): number {
  const date = new Date(groups.year === undefined ? now : 0);
  const part = (name: string) => Number(groups[name] ?? 0);
  if (groups.week !== undefined)
    date.setTime(firstWeek(part('year')) + ((part('week') - 1) * 7 + weekday(groups)) * oneDay);
  else if (groups.year !== undefined) date.setUTCFullYear(part('year'), monthOf(groups), part('day'));
  date.setUTCHours(
    part('hour'),
    part('minute'),
    part('second'),
    Number((groups.fraction ?? '0').padEnd(3, '0').slice(0, 3)),
  );
  return date.getTime() - offset(groups.zone);
}

function monthOf({ month: number, name }: Record<string, string | undefined>): number {
  return name === undefined ? Number(number) - 1 : months.indexOf(name.toLowerCase());
}

/** Days since Monday. */
function weekday({ weekday: number }: Record<string, string | undefined>): number {
  return number === undefined ? 0 : Number(number) - 1;
}

/** Monday of the week that contains January 4, in milliseconds. */
function firstWeek(of: number): number {
  const fourth = new Date(0);
  fourth.setUTCFullYear(of, 0, 4);
  return fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * oneDay;
}

function offset(name: string | undefined): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(name ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function midnight(now: number): number {
  return new Date(now).setUTCHours(0, 0, 0, 0);
}
