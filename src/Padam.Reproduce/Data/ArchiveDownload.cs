using System.Net;
using System.Net.Http.Headers;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>
/// Fetches one file over HTTP into <c>PATH.part</c>, going on where an earlier attempt stopped, and renames it when it is whole.
/// </summary>
internal sealed class ArchiveDownload(Uri source, string path)
{
    private const int MostRedirects = 5;
    private const long MostBytes = 1L << 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Downloads what is missing. <paramref name="progress"/> gets the bytes so far and the total, where the server tells it.
    /// </summary>
    public async Task RunAsync(Action<long, long?> progress, CancellationToken cancel)
    {
        // Redirects are followed by hand: never to another host.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        string part = path + ".part";
        try
        {
            await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            {
                await FetchRestAsync(client, file, progress, cancel);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (CommandException) when (File.Exists(part) && new FileInfo(part).Length == 0)
        {
            // Of what was refused nothing is left; what an earlier attempt fetched stays.
            File.Delete(part);
            throw;
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException or TimeoutException)
        {
            throw new CommandException(
                $"The download of {source} stopped: {e.Message.TrimEnd('.')}. Run the command again to go on where it stopped.",
                e
            );
        }
    }

    private async Task FetchRestAsync(HttpClient client, FileStream file, Action<long, long?> progress, CancellationToken cancel)
    {
        using HttpResponseMessage response = await RequestAsync(client, file.Length, cancel);
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (range?.Length == file.Length)
                return;
            file.SetLength(0);
            throw new HttpRequestException("the part already here does not fit the file on the server, and was emptied");
        }

        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && range?.From == file.Length;
        if (!goesOn && response.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
        if (!goesOn)
            file.SetLength(0);
        file.Seek(0, SeekOrigin.End);

        long? total = file.Length + response.Content.Headers.ContentLength;
        if (total > MostBytes)
            throw new CommandException($"{source} claims {total} bytes, more than any CIFAR archive has. Check --base-url.");
        await CopyAsync(response, file, total, progress, cancel);
        if (total is { } expected && file.Length != expected)
            throw new HttpRequestException($"{file.Length} of {expected} bytes arrived");
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpClient client, long start, CancellationToken cancel)
    {
        Uri address = source;
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (start > 0)
                request.Headers.Range = new RangeHeaderValue(start, null);
            HttpResponseMessage response = await WithPatience(
                token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token),
                cancel
            );
            if (response.Headers.Location is not { } location || (int)response.StatusCode is < 300 or > 399)
                return response;

            response.Dispose();
            var next = new Uri(address, location);
            if (next.Host != source.Host || next.Port != source.Port || next.Scheme != source.Scheme)
            {
                throw new CommandException(
                    $"{source} redirects to another host, {next.GetLeftPart(UriPartial.Authority)}; that is refused. If it is right, "
                        + "name it with --base-url."
                );
            }

            if (redirects == MostRedirects)
                throw new CommandException($"{source} redirects more than {MostRedirects} times.");
            address = next;
        }
    }

    private static async Task CopyAsync(
        HttpResponseMessage response,
        FileStream file,
        long? total,
        Action<long, long?> progress,
        CancellationToken cancel
    )
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[1 << 16];
        while (await WithPatience(token => body.ReadAsync(buffer, token).AsTask(), cancel) is var read and > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            if (file.Length > MostBytes)
                throw new CommandException($"More than {MostBytes} bytes arrived, which no CIFAR archive has. Check --base-url.");
            progress(file.Length, total);
        }
    }

    private static async Task<T> WithPatience<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            return await step(limit.Token);
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing arrived for {Patience.TotalSeconds} seconds", fault);
        }
    }
}
