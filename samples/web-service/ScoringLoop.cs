using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

namespace WebService;

/// <summary>
/// The one reader of the queue: pictures that wait together go through the network together. A network uses all cores for one batch, so a
/// second loop would only make both slower.
/// </summary>
internal sealed class ScoringLoop(
    ScoringQueue queue,
    ImageClassificationTransformer model,
    ServiceMetrics metrics,
    ILogger<ScoringLoop> log
) : BackgroundService
{
    private readonly MLContext _mlContext = new();
    private readonly SchemaDefinition _schema = SchemaOf(model);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Waiting> batch = [];
        while (await queue.ReadBatchAsync(batch))
        {
            if (batch.Count == 0)
                continue;
            try
            {
                Score(batch);
            }
            catch (Exception fault)
            {
                // These requests fail; the loop lives on.
                log.LogError(fault, "A batch of {Count} could not be scored", batch.Count);
                foreach (Waiting picture in batch)
                    picture.Fail(fault);
            }
        }
    }

    /// <summary>The server is down already: no request comes, and those that came are scored.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Close();
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    private void Score(List<Waiting> batch)
    {
        long start = Stopwatch.GetTimestamp();
        IDataView pictures = _mlContext.Data.LoadFromEnumerable(batch.Select(picture => new Row { Pixels = picture.Pixels }), _schema);
        float[][] scores = [.. model.Transform(pictures).GetColumn<float[]>("Score")];
        metrics.Scored(batch.Count, Stopwatch.GetElapsedTime(start));
        foreach ((Waiting picture, float[] score) in batch.Zip(scores))
            picture.Set(score);
    }

    // The size is the model's, which is known now and not when this is compiled.
    private static SchemaDefinition SchemaOf(ImageClassificationTransformer model)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        SchemaDefinition.Column pixels = schema[nameof(Row.Pixels)];
        pixels.ColumnName = model.FeatureColumnName;
        pixels.ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3, model.ImageSize.Height, model.ImageSize.Width);
        return schema;
    }

    private sealed class Row
    {
        public byte[] Pixels { get; set; } = [];
    }
}

/// <summary>Unhealthy, so that a load balancer sends nothing more, where the queue is full or the service is going down.</summary>
internal sealed class ScoringHealth(ScoringQueue queue, Limits limits, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("going down")
            : queue.Length >= limits.Waiting ? HealthCheckResult.Unhealthy("the queue is full")
            : HealthCheckResult.Healthy()
        );
}
