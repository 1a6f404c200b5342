// Draws the contract of this node. Nothing is asked of any other host.
window.addEventListener('load', () => {
  window.SwaggerUIBundle({
    url: '/openapi.yaml',
    dom_id: '#page',
    deepLinking: true,
    validatorUrl: null,
  });
});
