using Microsoft.ML.Runtime;

namespace Padam.MLNet.Training;

/// <summary>The log of a rank that says nothing, since the first one says it.</summary>
internal sealed class QuietChannel(IChannel channel) : IChannel
{
    public string ContextDescription => channel.ContextDescription;

    public TException Process<TException>(TException ex)
        where TException : Exception => channel.Process(ex);

    public void Send(ChannelMessage msg) { }

    public void Trace(MessageSensitivity sensitivity, string fmt) { }

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) { }

    public void Error(MessageSensitivity sensitivity, string fmt) { }

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) { }

    public void Warning(MessageSensitivity sensitivity, string fmt) { }

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) { }

    public void Info(MessageSensitivity sensitivity, string fmt) { }

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) { }

    // The channel is its owner's.
    public void Dispose() { }
}
