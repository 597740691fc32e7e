import { type Kind, kindNames } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { type Node, nodeOf } from './canonical.ts';
import { layouts } from './tables.ts';

/** Fields that another's entry in the table takes with it. */
const together: Partial<Record<Kind, readonly string[]>> = {
  circuit: ['collector', 'to'],
  credential: ['auth.password', 'priv.password'],
};

const whole = (layout: object, path: string): boolean => Object.hasOwn(layout, path);

function leaves(node: Node, path: string, layout: object): string[] {
  if (path !== '' && (whole(layout, path) || !node.properties)) return [path];
  return Object.entries(node.properties ?? {}).flatMap(([key, inner]) =>
    leaves(inner, path === '' ? key : `${path}.${key}`, layout),
  );
}

it.each(kindNames)('every field of a %s stands in the database, and nothing else does', (kind) => {
  const layout = layouts[kind];
  const fields = leaves(nodeOf(kind), '', layout).filter((path) => path !== 'id');
  expect([...Object.keys(layout), ...(together[kind] ?? [])].sort()).toEqual(fields.sort());
});
