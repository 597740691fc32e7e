/**
 * The map's geometry. British National Grid's own projection is a transverse Mercator about 2° west and 49° north (Ordnance
 * Survey, A guide to coordinate systems in Great Britain, section 7): shapes are as people in schools know them.
 */
import { type GeoPermissibleObjects, type GeoProjection, geoPath, geoTransverseMercator } from 'd3-geo';

export const width = 600;
export const height = 800;
const margin = 24;

/** What the map is of when there is nothing to be seen more closely: the British Isles. */
const isles: GeoPermissibleObjects = {
  type: 'MultiPoint',
  coordinates: [
    [-10.7, 51.3],
    [-6.4, 49.8],
    [-2.0, 60.9],
    [1.9, 52.6],
    [-2.0, 49.1],
  ],
};

export function projectionOf(): GeoProjection {
  return geoTransverseMercator()
    .rotate([2, 0])
    .fitExtent(
      [
        [margin, margin],
        [width - margin, height - margin],
      ],
      isles,
    );
}

export const outlineOf = (land: GeoPermissibleObjects, projection: GeoProjection): string =>
  geoPath(projection).digits(1)(land) ?? '';

export interface Place {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Placed<T extends Place = Place> {
  readonly place: T;
  readonly x: number;
  readonly y: number;
}

/** Places on the map; those that cannot be on it are left out. */
export function placed<T extends Place>(places: readonly T[], projection: GeoProjection): Placed<T>[] {
  return places.flatMap((place) => {
    const point = projection([place.longitude, place.latitude]);
    return point && point.every(Number.isFinite) ? [{ place, x: point[0], y: point[1] }] : [];
  });
}

export interface Cluster<T extends Place = Place> {
  /** Stays the same while the same places are in it. */
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly members: readonly T[];
}

/** Puts together what is in the same cell of a grid and near its neighbours, so that no two marks touch. */
export function clustersOf<T extends Place>(points: readonly Placed<T>[], distance: number): Cluster<T>[] {
  interface Group {
    x: number;
    y: number;
    members: T[];
  }
  const groups: Group[] = [];
  const cells = new Map<string, Group[]>();
  const cellOf = (value: number): number => Math.floor(value / distance);
  const ordered = [...points].sort((a, b) => (a.place.id < b.place.id ? -1 : 1));
  for (const { x, y, place } of ordered) {
    const near = neighbours(cells, cellOf(x), cellOf(y)).find(
      (group) => Math.hypot(group.x - x, group.y - y) < distance,
    );
    if (near) {
      near.members.push(place);
      continue;
    }
    // A group stays where its first place is: if it moved, it could leave its cell.
    const group: Group = { x, y, members: [place] };
    groups.push(group);
    const key = `${cellOf(x)} ${cellOf(y)}`;
    cells.set(key, [...(cells.get(key) ?? []), group]);
  }
  return groups.map(({ x, y, members }) => ({
    key: members[0]!.id + (members.length > 1 ? `+${members.length}` : ''),
    x,
    y,
    members,
  }));
}

function neighbours<G>(cells: ReadonlyMap<string, readonly G[]>, column: number, row: number): G[] {
  const found: G[] = [];
  for (let dx = -1; dx <= 1; dx += 1)
    for (let dy = -1; dy <= 1; dy += 1) found.push(...(cells.get(`${column + dx} ${row + dy}`) ?? []));
  return found;
}

/** The part of the map that is seen: its middle, and how many times it is enlarged. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export const wholeMap: View = { x: width / 2, y: height / 2, scale: 1 };
const mostScale = 400;

/** Kept on the map. */
export function within({ x, y, scale }: View): View {
  const kept = Math.min(mostScale, Math.max(1, scale));
  const halfX = width / 2 / kept;
  const halfY = height / 2 / kept;
  return {
    x: Math.min(width - halfX, Math.max(halfX, x)),
    y: Math.min(height - halfY, Math.max(halfY, y)),
    scale: kept,
  };
}

/** Enlarged by a factor about a point of the map, which stays where it is on the screen. */
export function zoomed(view: View, factor: number, about: { readonly x: number; readonly y: number } = view): View {
  const scale = Math.min(mostScale, Math.max(1, view.scale * factor));
  const kept = view.scale / scale;
  return within({ x: about.x + (view.x - about.x) * kept, y: about.y + (view.y - about.y) * kept, scale });
}

/** A view in which all points are seen, none of them at the edge. */
export function fitted(points: readonly { readonly x: number; readonly y: number }[]): View {
  if (points.length === 0) return wholeMap;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(width / Math.max(right - left, 4), height / Math.max(bottom - top, 4)) * 0.8;
  return within({ x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(scale, 40) });
}
