using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LoadClient;

/// <summary>The service, as its clients see it.</summary>
internal sealed class Service(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    public async Task<Reply> SendAsync(Upload upload)
    {
        long start = Stopwatch.GetTimestamp();
        using var away = new CancellationTokenSource();
        if (upload.GoesAway)
            away.CancelAfter(TimeSpan.FromMilliseconds(5));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/classify") { Content = new ByteArrayContent(upload.File) };
            request.Headers.TransferEncodingChunked = upload.InChunks;
            // Who sends much asks first, as curl does, and is told before it is sent.
            request.Headers.ExpectContinue = upload.File.Length > 1 << 20 && !upload.InChunks;
            using HttpResponseMessage response = await _http.SendAsync(request, away.Token);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), Stopwatch.GetElapsedTime(start));
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            return new(0, fault.ToString(), Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>How long the service lets somebody send a byte a second; null where it lets him for longer than he should.</summary>
    public async Task<TimeSpan?> SendSlowlyAsync(byte[] file, TimeSpan longest)
    {
        long start = Stopwatch.GetTimestamp();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        string head = $"POST /classify HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: {file.Length}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(head));
        byte[] answer = new byte[4096];
        Task<int> answered = socket.ReceiveAsync(answer);
        try
        {
            for (int i = 0; Stopwatch.GetElapsedTime(start) < longest; i++)
            {
                if (await Task.WhenAny(answered, Task.Delay(TimeSpan.FromSeconds(1))) == answered)
                    return Stopwatch.GetElapsedTime(start);
                await socket.SendAsync(file.AsMemory(i, 1));
            }
        }
        catch (SocketException)
        {
            return Stopwatch.GetElapsedTime(start);
        }

        return null;
    }

    public async Task<long> MemoryAsync() => (long)(await MetricsAsync())["process_memory_bytes"];

    public async Task<string> BatchesAsync()
    {
        Dictionary<string, double> metrics = await MetricsAsync();
        (double pictures, double batches) = (metrics["batch_pictures_sum"], metrics["batch_pictures_count"]);
        return $"batches: {pictures:F0} pictures in {batches:F0}, {pictures / batches:F1} in each, "
            + $"{1000 * metrics["batch_seconds_sum"] / batches:F1} ms each";
    }

    public void Dispose() => _http.Dispose();

    private async Task<Dictionary<string, double>> MetricsAsync() =>
        (await _http.GetStringAsync("/metrics"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
}
