import { describe, expect, it } from 'vitest';
import { filterProblems, placeOf, problemsCsv } from './problems.ts';

const problems = [
  { row: 2, line: null, column: 'Postcode', path: 'postcode', message: '"LS1" is not a postcode' },
  { row: null, line: 7, column: null, path: 'circuits.0.committed', message: '=1+1, "x"' },
];

describe('the problems of an import', () => {
  it('are found by place, column and words', () => {
    expect(filterProblems(problems, 'row 2')).toEqual([problems[0]]);
    expect(filterProblems(problems, 'COMMITTED line')).toEqual([problems[1]]);
    expect(filterProblems(problems, ' ')).toEqual(problems);
    expect(filterProblems(problems, 'nothing')).toEqual([]);
    expect(placeOf({ row: null, line: null })).toBe('');
  });

  it('become a CSV that no spreadsheet runs', () => {
    expect(problemsCsv(problems)).toBe(
      'Row or line,Column,Field,Problem\r\n' +
        '2,Postcode,postcode,"""LS1"" is not a postcode"\r\n' +
        '7,,circuits.0.committed,"\'=1+1, ""x"""\r\n',
    );
  });
});
