/** A franchise as the demonstration knows it. */
export interface Franchise {
  code: string;
  name: string;
  city: string;
  group: string;
  /** IANA name. */
  zone: string;
  latitude: number;
  longitude: number;
}

type Line = readonly [code: string, name: string, city: string, group: string, zone: string, latitude: number, longitude: number];

const eastern = 'America/New_York';
const central = 'America/Chicago';
const mountain = 'America/Denver';
const pacific = 'America/Los_Angeles';

/** The first ones are those of which a story is told. */
const lines: readonly Line[] = [
  ['KC', 'Kansas City Chiefs', 'Kansas City', 'AFC West', central, 39.049, -94.484],
  ['GB', 'Green Bay Packers', 'Green Bay', 'NFC North', central, 44.501, -88.062],
  ['LV', 'Las Vegas Raiders', 'Las Vegas', 'AFC West', pacific, 36.091, -115.184],
  ['NE', 'New England Patriots', 'Foxborough', 'AFC East', eastern, 42.091, -71.264],
  ['SEA', 'Seattle Seahawks', 'Seattle', 'NFC West', pacific, 47.595, -122.332],
  ['MIA', 'Miami Dolphins', 'Miami Gardens', 'AFC East', eastern, 25.958, -80.239],
  ['BUF', 'Buffalo Bills', 'Orchard Park', 'AFC East', eastern, 42.774, -78.787],
  ['JAX', 'Jacksonville Jaguars', 'Jacksonville', 'AFC South', eastern, 30.324, -81.637],
  ['DEN', 'Denver Broncos', 'Denver', 'AFC West', mountain, 39.744, -105.02],
  ['ARI', 'Arizona Cardinals', 'Glendale', 'NFC West', 'America/Phoenix', 33.528, -112.263],
  ['ATL', 'Atlanta Falcons', 'Atlanta', 'NFC South', eastern, 33.755, -84.401],
  ['BAL', 'Baltimore Ravens', 'Baltimore', 'AFC North', eastern, 39.278, -76.623],
  ['CAR', 'Carolina Panthers', 'Charlotte', 'NFC South', eastern, 35.226, -80.853],
  ['CHI', 'Chicago Bears', 'Chicago', 'NFC North', central, 41.862, -87.617],
  ['CIN', 'Cincinnati Bengals', 'Cincinnati', 'AFC North', eastern, 39.095, -84.516],
  ['CLE', 'Cleveland Browns', 'Cleveland', 'AFC North', eastern, 41.506, -81.7],
  ['DAL', 'Dallas Cowboys', 'Arlington', 'NFC East', central, 32.748, -97.093],
  ['DET', 'Detroit Lions', 'Detroit', 'NFC North', 'America/Detroit', 42.34, -83.046],
  ['HOU', 'Houston Texans', 'Houston', 'AFC South', central, 29.685, -95.411],
  ['IND', 'Indianapolis Colts', 'Indianapolis', 'AFC South', 'America/Indiana/Indianapolis', 39.76, -86.164],
  ['LAC', 'Los Angeles Chargers', 'El Segundo', 'AFC West', pacific, 33.921, -118.391],
  ['LAR', 'Los Angeles Rams', 'Woodland Hills', 'NFC West', pacific, 34.169, -118.606],
  ['MIN', 'Minnesota Vikings', 'Minneapolis', 'NFC North', central, 44.974, -93.258],
  ['NO', 'New Orleans Saints', 'New Orleans', 'NFC South', central, 29.951, -90.081],
  ['NYG', 'New York Giants', 'East Rutherford', 'NFC East', eastern, 40.811, -74.079],
  ['NYJ', 'New York Jets', 'Florham Park', 'AFC East', eastern, 40.779, -74.41],
  ['PHI', 'Philadelphia Eagles', 'Philadelphia', 'NFC East', eastern, 39.901, -75.167],
  ['PIT', 'Pittsburgh Steelers', 'Pittsburgh', 'AFC North', eastern, 40.447, -80.016],
  ['SF', 'San Francisco 49ers', 'Santa Clara', 'NFC West', pacific, 37.403, -121.97],
  ['TB', 'Tampa Bay Buccaneers', 'Tampa', 'NFC South', eastern, 27.976, -82.503],
  ['TEN', 'Tennessee Titans', 'Nashville', 'AFC South', central, 36.166, -86.771],
  ['WAS', 'Washington Commanders', 'Landover', 'NFC East', eastern, 38.908, -76.864],
];

/** So many franchises; beyond those that there are, training sites of theirs (`KC-2`). */
export function franchises(count: number): Franchise[] {
  return Array.from({ length: count }, (_, n) => {
    const [code, name, city, group, zone, latitude, longitude] = lines[n % lines.length]!;
    const turn = Math.floor(n / lines.length);
    const own = turn === 0 ? { code, name } : { code: `${code}-${turn + 1}`, name: `${name}, site ${turn + 1}` };
    return { ...own, city, group, zone, latitude, longitude };
  });
}
