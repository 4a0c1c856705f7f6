using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Service;

/// <summary>Every line that the daemon logs. Never a customer's address.</summary>
internal static partial class Events
{
    [LoggerMessage(1, LogLevel.Information, "recording: epoch {Epoch}; recovery: {Verdict}; key memory: {Memory}")]
    public static partial void Started(ILogger log, uint epoch, string verdict, string memory);

    [LoggerMessage(2, LogLevel.Information, "stopped after {Batches} batches")]
    public static partial void Stopped(ILogger log, long batches);

    [LoggerMessage(4, LogLevel.Warning, "all traffic is written in the clear to {Folder}: not for production")]
    public static partial void Recording(ILogger log, string folder);

    [LoggerMessage(3, LogLevel.Critical, "thread {Thread} ended: {Message}")]
    public static partial void ThreadFailed(ILogger log, string thread, string message, Exception failure);
}
