const again = 'Try again with a different ID or use ID.unique() to generate a unique ID.';

/** The errors of calls that make and change things. */
export const managementErrors = {
  database_already_exists: [409, `Database with the requested ID '%s' already exists. ${again}`],
  table_already_exists: [409, `A table with the requested ID '%s' already exists. ${again}`],
  collection_already_exists: [409, `A collection with the requested ID '%s' already exists. ${again}`],
  column_unknown: [
    400,
    "The column '%s' required for the index could not be found. Please confirm all your columns are in the available state.",
  ],
  attribute_unknown: [
    400,
    "The attribute '%s' required for the index could not be found. Please confirm all your attributes are in the available state.",
  ],
  column_not_available: [400, "The requested column '%s' is not yet available. Please try again later."],
  attribute_not_available: [400, "The requested attribute '%s' is not yet available. Please try again later."],
  column_default_unsupported: [400, 'Default values cannot be set for array or required columns.'],
  attribute_default_unsupported: [400, 'Default values cannot be set for array or required attributes.'],
  column_value_invalid: [400, 'The column value is invalid. Please check the type, range and value of the column.'],
  attribute_value_invalid: [
    400,
    'The attribute value is invalid. Please check the type, range and value of the attribute.',
  ],
  column_already_exists: [
    409,
    "Column with the requested key '%s' already exists. Column keys must be unique, try again with a different key.",
  ],
  attribute_already_exists: [
    409,
    "Attribute with the requested key '%s' already exists. Attribute keys must be unique, try again with a different key.",
  ],
  column_invalid_resize: [400, 'Existing data is too large for new size, truncate your existing data then try again.'],
  attribute_invalid_resize: [
    400,
    'Existing data is too large for new size, truncate your existing data then try again.',
  ],
  column_type_invalid: [400, "The column '%s' type is invalid."],
  index_not_found: [404, "Index with the requested key '%s' could not be found."],
  index_limit_exceeded: [400, "The maximum number of indexes for collection '%s' has been reached."],
  index_already_exists: [409, "Index with the requested key '%s' already exists. Try again with a different key."],
  index_invalid: [400, 'Index invalid.'],
  column_index_not_found: [404, "Index with the requested key '%s' could not be found."],
  column_index_limit_exceeded: [400, "The maximum number of indexes for table '%s' has been reached."],
  column_index_already_exists: [
    409,
    "Index with the requested key '%s' already exists. Try again with a different key.",
  ],
  column_index_invalid: [400, 'Index invalid.'],
  storage_bucket_transformations_disabled: [403, 'Image transformations are disabled for the requested bucket.'],
  storage_bucket_already_exists: [409, `A storage bucket with the requested ID already exists. ${again}`],
  function_already_exists: [409, `Function with the requested ID already exists. ${again}`],
  function_entrypoint_missing: [
    404,
    'Entrypoint for your Appwrite Function is missing. Please specify it when making deployment or update the entrypoint under your function\'s "Settings" > "Configuration" > "Entrypoint".',
  ],
  variable_not_found: [404, 'Variable with the requested ID could not be found.'],
  variable_already_exists: [
    409,
    'Variable with the same ID already exists in this project. Try again with a different ID.',
  ],
  variable_cannot_unset_secret: [
    400,
    'Secret variables cannot be marked as non-secret. Please re-create the variable if this is your intention.',
  ],
  build_not_ready: [400, 'Build with the requested ID is building and not ready for execution.'],
  deployment_invalid_file_size: [
    400,
    'The deployment file size is either not valid or exceeds the maximum allowed size. Please check the file or the value of the _APP_COMPUTE_SIZE_LIMIT environment variable.',
  ],
  rule_not_found: [
    404,
    'Rule with the requested ID could not be found. Please check if the ID provided is correct or if the rule actually exists.',
  ],
  rule_resource_not_found: [
    404,
    'Resource could not be found. Please check if the resourceId and resourceType are correct, or if the resource actually exists.',
  ],
  rule_already_exists: [409, 'Domain is already used. Please try again with a different domain.'],
} as const satisfies Record<string, readonly [number, string]>;
