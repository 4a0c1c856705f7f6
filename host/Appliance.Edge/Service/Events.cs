using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Service;

/// <summary>Every line that the daemon logs. Never a customer's address.</summary>
internal static partial class Events
{
    [LoggerMessage(1, LogLevel.Information, "started: epoch {Epoch}; recovery: {Verdict}; key memory: {Memory}")]
    public static partial void Started(ILogger log, uint epoch, string verdict, string memory);

    [LoggerMessage(2, LogLevel.Information, "stopped after {Batches} batches")]
    public static partial void Stopped(ILogger log, long batches);

    [LoggerMessage(4, LogLevel.Warning, "all traffic is written in the clear to {Folder}: not for production")]
    public static partial void Recording(ILogger log, string folder);

    [LoggerMessage(5, LogLevel.Information, "handing over to process {Process}")]
    public static partial void HandingOver(ILogger log, int process);

    [LoggerMessage(6, LogLevel.Information, "process {Process} was started to take over")]
    public static partial void SuccessorStarted(ILogger log, int process);

    [LoggerMessage(7, LogLevel.Error, "no process could be started to take over: {Message}")]
    public static partial void SuccessorFailed(ILogger log, string message);

    [LoggerMessage(8, LogLevel.Error, "what the NATs told was not kept for the next run: {Message}")]
    public static partial void BindingsNotLeft(ILogger log, string message);

    [LoggerMessage(9, LogLevel.Critical, "tamper alarm {Number} ({What}): the keys are evicted and the process ends")]
    public static partial void Evicting(ILogger log, long number, string what);

    [LoggerMessage(10, LogLevel.Warning, "control message {Number} taken: {What}")]
    public static partial void ControlTaken(ILogger log, ulong number, string what);

    [LoggerMessage(11, LogLevel.Warning, "control message refused: {Why}")]
    public static partial void ControlRefused(ILogger log, string why);

    [LoggerMessage(12, LogLevel.Critical, "control message {Number} stands in a manifest and not in control.json")]
    public static partial void ControlLost(ILogger log, ulong number);

    [LoggerMessage(14, LogLevel.Critical, "nothing is recorded, by what control messages say: {State}")]
    public static partial void RecordsNothing(ILogger log, string state);

    [LoggerMessage(13, LogLevel.Warning, "the process begins anew: {Why}")]
    public static partial void BeginsAnew(ILogger log, string why);

    [LoggerMessage(3, LogLevel.Critical, "thread {Thread} ended: {Message}")]
    public static partial void ThreadFailed(ILogger log, string thread, string message, Exception failure);
}
