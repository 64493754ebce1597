using System.Net;

namespace Padam.Reproduce.Tests;

/// <summary>An HTTP server on this machine that answers every request with the given function and remembers the Range headers.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly HttpListener listener = new();

    public LocalServer(Func<HttpListenerContext, Task> answer)
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = Random.Shared.Next(20_000, 60_000);
            listener.Prefixes.Clear();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                Address = new Uri($"http://127.0.0.1:{port}/");
                break;
            }
            catch (HttpListenerException) when (attempt < 20) { }
        }

        _ = Serve(answer);
    }

    public Uri Address { get; }

    public List<string?> Ranges { get; } = [];

    /// <summary>Serves bytes, whole or from the asked offset on.</summary>
    public static async Task Send(HttpListenerContext context, byte[] bytes, int? breakAfter = null)
    {
        int from = 0;
        if (context.Request.Headers["Range"] is { } range)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'));
            if (from >= bytes.Length)
            {
                context.Response.StatusCode = 416;
                context.Response.Headers["Content-Range"] = $"bytes */{bytes.Length}";
                context.Response.Close();
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        context.Response.ContentLength64 = bytes.Length - from;
        await context.Response.OutputStream.WriteAsync(bytes.AsMemory(from, breakAfter ?? bytes.Length - from));
        if (breakAfter is null)
            context.Response.Close();
        else
            context.Response.Abort();
    }

    public static Task Redirect(HttpListenerContext context, string location)
    {
        context.Response.StatusCode = 302;
        context.Response.RedirectLocation = location;
        context.Response.Close();
        return Task.CompletedTask;
    }

    private async Task Serve(Func<HttpListenerContext, Task> answer)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Ranges.Add(context.Request.Headers["Range"]);
            await answer(context);
        }
    }

    public void Dispose() => listener.Close();
}
