import { permissions } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { Allowed } from './allowed.ts';
import { currentIn, navigationFor } from './navigation.ts';
import { matchRoute } from './route.ts';

const reader = new Allowed(true, [
  { permission: 'telemetry.read', academies: ['north'] },
  { permission: 'estate.read', academies: null },
  { permission: 'prices.read', academies: [] },
]);
const nobody = new Allowed(false, [{ permission: 'telemetry.read', academies: null }]);

describe('what is allowed', () => {
  it('is for the academies of the permission and no other', () => {
    expect(reader.may('telemetry.read')).toBe(true);
    expect(reader.mayFor('telemetry.read', 'north')).toBe(true);
    expect(reader.mayFor('telemetry.read', 'south')).toBe(false);
    expect(reader.mayAll('telemetry.read')).toBe(false);
    expect([reader.mayAll('estate.read'), reader.mayFor('estate.read', 'south')]).toEqual([true, true]);
  });

  it('is nothing where a permission is for no academy, or not there', () => {
    expect([reader.may('prices.read'), reader.may('audit.read'), reader.mayFor('audit.read', 'north')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is only what is public before signing in, whatever else the answer says', () => {
    expect([nobody.may('public'), nobody.may('signed-in'), nobody.may('telemetry.read')]).toEqual([true, false, false]);
    expect([nobody.mayAll('telemetry.read'), nobody.mayFor('telemetry.read', 'north')]).toEqual([false, false]);
  });
});

describe('the navigation', () => {
  it('has every page for who may do everything, each at an address that there is', () => {
    const all = new Allowed(
      true,
      permissions.map((permission) => ({ permission, academies: null })),
    );
    const groups = navigationFor((access) => all.may(access));
    expect(groups.map(({ title }) => title)).toEqual([
      'Now',
      'Service',
      'Telling people',
      'Estate',
      'More records',
      'Access',
    ]);
    for (const { href } of groups.flatMap(({ items }) => items)) expect(matchRoute(href).page).not.toBe('not-found');
  });

  it('leaves out what may not be opened, and groups without anything', () => {
    const groups = navigationFor((access) => reader.may(access));
    expect(groups.map(({ title }) => title)).toEqual(['Now', 'Service', 'Estate', 'More records']);
    expect(groups[0]?.items.map(({ title }) => title)).toEqual(['Overview', 'Incidents']);
    expect(groups[2]?.items.map(({ title }) => title)).not.toContain('Import');
    expect(navigationFor((access) => nobody.may(access))).toEqual([]);
  });

  it('marks the page that is shown, and what it belongs to', () => {
    const current = (href: string, path: string): unknown => currentIn(href, path, matchRoute(path));
    expect(current('/people', '/people/')).toBe('page');
    expect([current('/', '/academies/north'), current('/academies', '/academies/north')]).toEqual(['true', undefined]);
    expect(current('/academies', '/academies/north/estate')).toBe('true');
    expect([current('/', '/people'), current('/plan', '/people')]).toEqual([undefined, undefined]);
  });
});
