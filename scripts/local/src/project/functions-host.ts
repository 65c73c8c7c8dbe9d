/** What `_APP_DOMAIN_FUNCTIONS` is in an installation that changed nothing. */
export const functionsHost = 'functions.localhost';
