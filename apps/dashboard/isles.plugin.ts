/** Makes the module `virtual:isles`: the coastline of the British Isles, taken out of the world's at build time. */
import { readFileSync } from 'node:fs';
import { feature } from 'topojson-client';
import type { Plugin } from 'vite';

type Topology = Parameters<typeof feature>[0];

const name = 'virtual:isles';
/** ISO 3166-1: United Kingdom, Ireland, Isle of Man, Guernsey, Jersey. */
const isles = new Set(['826', '372', '833', '831', '832']);

/** A thousandth of a degree is 70 to 110 m: finer than the outline itself. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

function coastline(): string {
  const file = import.meta.resolve('world-atlas/countries-10m.json');
  const world = JSON.parse(readFileSync(new URL(file), 'utf8')) as Topology;
  const { countries } = world.objects;
  if (countries?.type !== 'GeometryCollection') throw new Error(`${file} has no countries`);
  const geometries = countries.geometries.filter(({ id }) => isles.has(String(id)));
  return JSON.stringify(feature(world, { ...countries, geometries }), rounded);
}

export function islesPlugin(): Plugin {
  return {
    name: 'isles',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) => (id === `\0${name}` ? `export default JSON.parse(${JSON.stringify(coastline())});` : null),
  };
}
