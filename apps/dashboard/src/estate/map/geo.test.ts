import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Placed,
  clustersOf,
  fitted,
  height,
  placed,
  projectionOf,
  wholeMap,
  width,
  within,
  zoomed,
} from './geo.ts';

const places = [
  { id: 'leeds', latitude: 53.8, longitude: -1.55 },
  { id: 'london', latitude: 51.5, longitude: -0.12 },
  { id: 'truro', latitude: 50.26, longitude: -5.05 },
  { id: 'lerwick', latitude: 60.15, longitude: -1.14 },
];
const at = Object.fromEntries(placed(places, projectionOf()).map((each) => [each.place.id, each]));

describe('the map', () => {
  it('has north above south, west left of east, and all of it within', () => {
    expect(at['leeds']!.y).toBeLessThan(at['london']!.y);
    expect(at['truro']!.x).toBeLessThan(at['london']!.x);
    for (const { x, y } of Object.values(at)) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
  });

  it('keeps distances: Leeds to London is 273 km, Leeds to Truro 460 km', () => {
    const apart = (a: string, b: string): number => Math.hypot(at[a]!.x - at[b]!.x, at[a]!.y - at[b]!.y);
    expect(apart('leeds', 'truro') / apart('leeds', 'london')).toBeCloseTo(460 / 273, 1);
  });
});

const point = fc.record({
  id: fc.uuid(),
  x: fc.double({ min: 0, max: width, noNaN: true }),
  y: fc.double({ min: 0, max: height, noNaN: true }),
});
const asPlaced = ({ id, x, y }: { id: string; x: number; y: number }): Placed => ({
  place: { id, latitude: 0, longitude: 0 },
  x,
  y,
});

describe('clusters', () => {
  it('hold each place once, none touching another, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(point, { maxLength: 80, selector: ({ id }) => id }),
        fc.double({ min: 1, max: 200, noNaN: true }),
        (points, distance) => {
          const clusters = clustersOf(points.map(asPlaced), distance);
          expect(clusters.flatMap(({ members }) => members.map(({ id }) => id)).sort()).toEqual(
            points.map(({ id }) => id).sort(),
          );
          for (const [i, a] of clusters.entries())
            for (const b of clusters.slice(i + 1))
              expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(distance);
          expect(clustersOf([...points].reverse().map(asPlaced), distance)).toEqual(clusters);
        },
      ),
    );
  });
});

describe('views', () => {
  it('zoom about a point that stays where it is', () => {
    const middle = { x: 300, y: 400, scale: 4 };
    const about = { x: 310, y: 395 };
    const next = zoomed(middle, 2, about);
    expect((about.x - next.x) * next.scale).toBeCloseTo((about.x - middle.x) * middle.scale);
    expect((about.y - next.y) * next.scale).toBeCloseTo((about.y - middle.y) * middle.scale);
  });

  it('stay on the map', () => {
    expect(within({ x: -100, y: 9999, scale: 0.1 })).toEqual(wholeMap);
    expect(within({ x: 0, y: 0, scale: 2 })).toEqual({ x: width / 4, y: height / 4, scale: 2 });
  });

  it('fit all points, and one', () => {
    expect(fitted([])).toEqual(wholeMap);
    const { x, y, scale } = fitted([at['leeds']!, at['london']!]);
    for (const each of [at['leeds']!, at['london']!]) {
      expect(Math.abs(each.x - x) * scale).toBeLessThan(width / 2);
      expect(Math.abs(each.y - y) * scale).toBeLessThan(height / 2);
    }
    expect(fitted([at['leeds']!]).scale).toBeLessThanOrEqual(40);
  });
});
