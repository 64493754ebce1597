namespace WebService;

/// <summary>What a client is told.</summary>
internal static class Answers
{
    /// <summary>A refusal: one sentence, as JSON.</summary>
    public static IResult Refused(int status, string sentence) => Results.Json(new { error = sentence }, statusCode: status);

    /// <summary>Not now: come again.</summary>
    public static IResult Busy(string because) => new BusyResult(because);

    private sealed class BusyResult(string because) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            context.Response.Headers.RetryAfter = "1";
            return Refused(StatusCodes.Status503ServiceUnavailable, $"The service is busy: {because}. Try again in a second.")
                .ExecuteAsync(context);
        }
    }
}
