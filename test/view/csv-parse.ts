/** RFC 4180, strictly: CRLF after every record, quotes only around a whole field. Throws on anything else. */
export const parseCsv = (text: string): readonly (readonly string[])[] => {
  const records: string[][] = [];
  let record: string[] = [];
  let rest = text;
  while (rest !== '') {
    const field = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (field === null) throw new Error(`not CSV: ${JSON.stringify(rest.slice(0, 60))}`);
    record.push(field[1]?.replaceAll('""', '"') ?? field[2]!);
    if (field[3] === '\r\n') {
      records.push(record);
      record = [];
    }
    rest = rest.slice(field[0].length);
  }
  if (record.length > 0) throw new Error('not CSV: the last record has no end');
  return records;
};
