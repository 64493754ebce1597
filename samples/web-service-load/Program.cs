using System.Diagnostics;
using System.Globalization;
using LoadClient;

// Asks the service of ../web-service for a while, from several clients at once, with hostile uploads among the pictures, and checks every
// answer against the model's own prediction, computed here and alone:
//   dotnet run -c Release -- http://localhost:5080 MODEL.zip [SECONDS [CLIENTS [PID]]]
// With the service's process id it is told to stop at the end, while requests are under way.
if (args.Length < 2)
{
    Console.Error.WriteLine("Give the service's address and its model.zip.");
    return 2;
}

TimeSpan time = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 60);
int clients = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 8;
Console.WriteLine("Predictions are computed alone ...");
Upload[] pictures,
    hostile;
using (var model = new LoneModel(args[1]))
    (pictures, hostile) = ([.. Pictures.Honest(model)], [.. Pictures.Hostile(model)]);

using var service = new Service(new Uri(args[0]));
var tally = new Tally();
var memory = new List<long> { await service.MemoryAsync() };
Console.WriteLine($"{clients} clients for {time.TotalSeconds:F0} s; the service has {memory[0] >> 20} MiB.");

var clock = Stopwatch.StartNew();
using var over = new CancellationTokenSource(time);
Task[] running =
[
    .. Enumerable.Range(0, clients).Select(number => Task.Run(() => Ask(new Random(number)))),
    .. Enumerable.Range(0, 2).Select(_ => Task.Run(SendSlowly)),
];
while (!over.IsCancellationRequested)
{
    await Task.Delay(TimeSpan.FromSeconds(1));
    memory.Add(await service.MemoryAsync());
}

await Task.WhenAll(running);
double seconds = clock.Elapsed.TotalSeconds;
await Task.Delay(TimeSpan.FromSeconds(2));
memory.Add(await service.MemoryAsync());
tally.Print(seconds);
long[] levels = [memory[0], memory[memory.Count / 2], memory[^1], memory.Max()];
Console.WriteLine(
    $"memory of the service, MiB: {levels[0] >> 20} at the start, {levels[1] >> 20} in the middle, {levels[2] >> 20} at the end, "
        + $"{levels[3] >> 20} at most"
);
Console.WriteLine(await service.BatchesAsync());

// More at once than it takes: some are answered, others told to come again, none is lost.
await Burst(200);
if (args.Length > 4)
    await Stop(int.Parse(args[4], CultureInfo.InvariantCulture));

bool grows = memory[^1] > Math.Max(memory[memory.Count / 2], memory[0]) * 1.25 + (64 << 20);
if (grows)
    Console.WriteLine("The memory went on growing.");
Console.WriteLine(tally.Faults == 0 && !grows ? "All answers are right, none is lost." : $"{tally.Faults} answers are wrong or lost.");
return tally.Faults == 0 && !grows ? 0 : 1;

async Task Ask(Random random)
{
    while (!over.IsCancellationRequested)
    {
        Upload[] from = random.Next(4) == 0 ? hostile : pictures;
        Upload upload = from[random.Next(from.Length)];
        tally.Add(upload, await service.SendAsync(upload));
    }
}

// A byte a second, for as long as the service puts up with it.
async Task SendSlowly()
{
    while (!over.IsCancellationRequested)
        tally.Add(await service.SendSlowlyAsync(pictures[0].File, longest: TimeSpan.FromSeconds(30)));
}

async Task Burst(int requests)
{
    Reply[] replies = await Task.WhenAll(
        Enumerable.Range(0, requests).Select(number => service.SendAsync(pictures[number % pictures.Length]))
    );
    foreach ((int number, Reply reply) in replies.Index())
        tally.Check(pictures[number % pictures.Length], reply, mayBeBusy: true);
    Console.WriteLine(
        $"{requests} at once: {replies.Count(reply => reply.Status == 200)} answered with 200, "
            + $"{replies.Count(reply => reply.Status == 503)} with 503, {replies.Count(reply => reply.Status == 0)} lost"
    );
}

// What is under way is answered before it ends.
async Task Stop(int process)
{
    const int UnderWay = 24;
    Task<Reply>[] replies = [.. Enumerable.Range(0, UnderWay).Select(number => service.SendAsync(pictures[number]))];
    await Task.Delay(TimeSpan.FromMilliseconds(100));
    int waiting = replies.Count(reply => !reply.IsCompleted);
    Process.Start("kill", ["-TERM", $"{process}"]).WaitForExit();
    foreach ((int number, Reply reply) in (await Task.WhenAll(replies)).Index())
        tally.Check(pictures[number], reply, mayBeBusy: false);
    Console.WriteLine(
        $"Told to stop with {waiting} of {UnderWay} requests under way: {replies.Count(reply => reply.Result.Status == 200)} answered."
    );
}
