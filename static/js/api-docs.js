// The page at /api/docs/: <div id="api-docs" data-schema="/api/schema/"></div> after swagger-ui-bundle.js, both as files.
const place = document.getElementById("api-docs");
window.SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, validatorUrl: null });
