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

    [LoggerMessage(3, LogLevel.Critical, "thread {Thread} ended: {Message}")]
    public static partial void ThreadFailed(ILogger log, string thread, string message, Exception failure);
}
