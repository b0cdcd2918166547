/** The first route, made with the database: every site’s incidents, in its own channel or #supervision. */
export const firstRouteId = 'channels';
