using Microsoft.AspNetCore.Server.Kestrel.Core;
using Padam.MLNet;
using WebService;

// Scores uploaded pictures:
//   dotnet run -c Release [-- --urls http://localhost:5080]
//   curl --data-binary @picture.jpg http://localhost:5080/classify
Limits limits = new();
using ImageClassificationTransformer model = ServedModel.Open("model.zip");

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server =>
{
    server.Limits.MaxRequestBodySize = limits.Bytes;
    server.Limits.MaxConcurrentConnections = limits.Connections;
    server.Limits.RequestHeadersTimeout = limits.HeadersTime;
    // Who sends a byte now and then is cut off.
    server.Limits.MinRequestBodyDataRate = new MinDataRate(limits.BytesPerSecond, gracePeriod: limits.HeadersTime);
});
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.ShutdownTime);
builder.Services.AddSingleton(limits);
builder.Services.AddSingleton(model);
builder.Services.AddSingleton<ServiceMetrics>();
builder.Services.AddSingleton<ScoringQueue>();
builder.Services.AddSingleton<Uploads>();

// Registered before the server, so stopped after it: what was accepted is answered.
builder.Services.AddHostedService<ScoringLoop>();
builder.Services.AddHealthChecks().AddCheck<ScoringHealth>("scoring");

WebApplication app = builder.Build();
app.MapPost("/classify", (Uploads uploads, HttpContext context) => uploads.Classify(context));
app.MapHealthChecks("/health");
app.MapGet("/metrics", (ServiceMetrics metrics) => Results.Text(metrics.ToText(), "text/plain; version=0.0.4"));
app.MapGet(
    "/",
    () =>
        new
        {
            network = model.BackboneName,
            classes = model.ClassNames,
            post = "/classify",
            largestBytes = limits.Bytes,
            largestPixels = limits.Pixels,
        }
);
app.Run();
