using System.Diagnostics;
using Padam.MLNet;
using SkiaSharp;

namespace WebService;

/// <summary>One request: read, looked at, decoded, put into the queue, answered.</summary>
internal sealed class Uploads(Limits limits, ImageClassificationTransformer model, ScoringQueue queue, ServiceMetrics metrics)
{
    private readonly SemaphoreSlim _reading = new(limits.Uploads),
        _decoding = new(limits.Decoding);

    public async Task<IResult> Classify(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        (int status, IResult result) = await Answer(context.Request, context.RequestAborted);
        metrics.Answered(status, Stopwatch.GetElapsedTime(start));
        return result;
    }

    private async Task<(int Status, IResult Result)> Answer(HttpRequest request, CancellationToken gone)
    {
        try
        {
            if (!_reading.Wait(0, CancellationToken.None))
                return (StatusCodes.Status503ServiceUnavailable, Answers.Busy($"{limits.Uploads} uploads are under way"));
            Waiting waiting;
            try
            {
                byte[] file = await Read(request, gone);
                if (TooManyPixels(file) is { } tooMany)
                    return Refusal(StatusCodes.Status422UnprocessableEntity, tooMany);
                waiting = new Waiting(await Decode(file, gone), gone);
            }
            finally
            {
                _reading.Release();
            }

            if (!queue.TryAdd(waiting))
                return (StatusCodes.Status503ServiceUnavailable, Answers.Busy($"{limits.Waiting} pictures wait"));
            return (StatusCodes.Status200OK, Results.Json(Scores(await waiting.Answer)));
        }
        catch (BadImageException fault)
        {
            return Refusal(StatusCodes.Status422UnprocessableEntity, fault.Message);
        }
        catch (BadHttpRequestException fault)
        {
            // Of the server's own: too many bytes (413), or bytes that come too slowly (408).
            return Refusal(
                fault.StatusCode,
                fault.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? $"The upload has more than {limits.Bytes} bytes, the most that are taken."
                    : fault.Message
            );
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Nobody reads this; 499 is what proxies call it.
            return Refusal(StatusCodes.Status499ClientClosedRequest, "The client went away.");
        }
    }

    private static (int, IResult) Refusal(int status, string sentence) => (status, Answers.Refused(status, sentence));

    // The server stops reading, with a BadHttpRequestException, beyond its MaxRequestBodySize.
    private static async Task<byte[]> Read(HttpRequest request, CancellationToken gone)
    {
        using var file = new MemoryStream(capacity: (int)Math.Clamp(request.ContentLength ?? 0, 0, 1 << 20));
        await request.Body.CopyToAsync(file, gone);
        return file.ToArray();
    }

    // By the header alone: a file of some kilobytes can say that it is of a billion pixels.
    private string? TooManyPixels(byte[] file)
    {
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return codec is not null && (long)codec.Info.Width * codec.Info.Height > limits.Pixels
            ? $"The picture has {codec.Info.Width} x {codec.Info.Height} pixels; {limits.Pixels} are the most that are taken."
            : null;
    }

    // Each by itself, on the thread of its request, so that what is no picture fails alone; a few at a time, for the memory's sake.
    private async Task<byte[]> Decode(byte[] file, CancellationToken gone)
    {
        await _decoding.WaitAsync(gone);
        try
        {
            return model.DecodeImage(file);
        }
        finally
        {
            _decoding.Release();
        }
    }

    private object Scores(float[] scores)
    {
        int best = Array.IndexOf(scores, scores.Max());
        IReadOnlyList<string> names = model.ClassNames ?? [.. Enumerable.Range(0, model.Classes).Select(index => $"{index}")];
        return new
        {
            label = names[best],
            probability = scores[best],
            scores = names.Zip(scores).ToDictionary(pair => pair.First, pair => pair.Second),
        };
    }
}
