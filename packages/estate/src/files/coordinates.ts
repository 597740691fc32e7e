/** Easting and Northing of the British National Grid (EPSG:27700) to latitude and longitude (WGS 84). */
import proj4 from 'proj4';

/**
 * EPSG:27700 with Ordnance Survey's seven-parameter shift, which is right to about 5 m. The OSTN15 grid is exact, and of no
 * use here: the register gives whole metres of a point somewhere on the site.
 */
const nationalGrid =
  '+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy ' +
  '+towgs84=446.448,-125.157,542.06,0.1502,0.247,0.8421,-20.4894 +units=m +no_defs';

const toDegrees = proj4(nationalGrid, 'EPSG:4326');
const round = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;

/** Undefined: not a place of the grid. */
export function fromGrid(easting: number, northing: number): { latitude: number; longitude: number } | undefined {
  if (!(easting > 0 && easting < 700_000 && northing > 0 && northing < 1_300_000)) return undefined;
  const [longitude, latitude] = toDegrees.forward<[number, number]>([easting, northing]);
  return { latitude: round(latitude), longitude: round(longitude) };
}
