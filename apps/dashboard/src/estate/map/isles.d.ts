/** See isles.plugin.ts. */
declare module 'virtual:isles' {
  import type { GeoPermissibleObjects } from 'd3-geo';

  const coastline: GeoPermissibleObjects;
  export default coastline;
}
